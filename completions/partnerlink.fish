# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_partnerlink_global_optspecs
    string join \n sandbox json v/verbose q/quiet no-input h/help V/version
end

function __fish_partnerlink_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_partnerlink_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_partnerlink_using_subcommand
    set -l cmd (__fish_partnerlink_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c partnerlink -n "__fish_partnerlink_needs_command" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -s V -l version -d 'Print version'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -f -a "connect" -d 'Sign in at a provider with the browser, and keep the tokens'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -f -a "disconnect" -d 'End accounts: revoke them at the provider where it can do that, and delete the tokens here'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -f -a "status" -d 'Show every connected account; asks neither keychain nor provider'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -f -a "token" -d 'Hand tokens to scripts, and keep them alive'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -f -a "exec" -d 'Run a command with an access token in its environment'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -f -a "provider" -d 'See the providers and what is configured for them'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -f -a "config" -d 'Find the configuration file and what it decides'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -f -a "sandbox" -d 'Run both providers in miniature, for trying out programs against them'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -f -a "demo" -d 'See everything in seconds: both sign-ins, a refresh, and what happens to a copied token'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -f -a "completions" -d 'Print the completion script of a shell'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand connect" -l scope -d 'What to ask for, separated by blanks [default: the provider\'s]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand connect" -l client-id -d 'The client ID that the provider gave you, instead of the configured one' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand connect" -l client-secret-file -d 'Read the client secret from a file' -r -F
complete -c partnerlink -n "__fish_partnerlink_using_subcommand connect" -l store -d 'Where to keep the tokens [default: keychain, or as configured]' -r -f -a "keychain\t'The operating system\'s keychain'
file\t'Sealed files, for servers without one'"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand connect" -l browser -d 'The program that opens the link' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand connect" -l timeout -d 'How long to wait for you' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand connect" -l client-secret-stdin -d 'Read the client secret from standard input'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand connect" -l no-browser -d 'Print the link only'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand connect" -l replace -d 'Let the account change to another person'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand connect" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand connect" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand connect" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand connect" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand connect" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand connect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand disconnect" -l no-revoke -d 'Delete here only'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand disconnect" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand disconnect" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand disconnect" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand disconnect" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand disconnect" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand disconnect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand status" -l within -d 'How long before its end a sign-in is worth a warning [default: 30d, or a quarter of its life]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand status" -l exit-code -d 'Exit 4 if an account needs a sign-in now or within --within'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand status" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand status" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand status" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand status" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand status" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand status" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and not __fish_seen_subcommand_from get refresh show help" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and not __fish_seen_subcommand_from get refresh show help" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and not __fish_seen_subcommand_from get refresh show help" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and not __fish_seen_subcommand_from get refresh show help" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and not __fish_seen_subcommand_from get refresh show help" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and not __fish_seen_subcommand_from get refresh show help" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and not __fish_seen_subcommand_from get refresh show help" -f -a "get" -d 'Print an access token that is valid, refreshed if it must be; never opens a browser'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and not __fish_seen_subcommand_from get refresh show help" -f -a "refresh" -d 'Refresh the accounts that need it; without ACCOUNT every one of them'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and not __fish_seen_subcommand_from get refresh show help" -f -a "show" -d 'Show what is known of an account\'s tokens, without the tokens'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and not __fish_seen_subcommand_from get refresh show help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from get" -l min-ttl -d 'How long the token must at least be valid' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from get" -l format -d 'How to print it' -r -f -a "bare\t'The token alone'
header\t'Authorization: Bearer TOKEN'
env\t'export ACCESS_TOKEN=\'TOKEN\', for a shell'
curl\t'A line for curl --config'
json\t'An object with token, type and end'"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from get" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from get" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from get" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from get" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from get" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from get" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from refresh" -l within -d 'Renew access tokens that end within this time' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from refresh" -l spread -d 'Begin after a random time up to this long, so that not every machine begins at minute 0' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from refresh" -l jobs -d 'How many accounts at once' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from refresh" -l force -d 'Renew now, however long the access token is still good'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from refresh" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from refresh" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from refresh" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from refresh" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from refresh" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from refresh" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from show" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from show" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "get" -d 'Print an access token that is valid, refreshed if it must be; never opens a browser'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "refresh" -d 'Refresh the accounts that need it; without ACCOUNT every one of them'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show what is known of an account\'s tokens, without the tokens'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand exec" -l var -d 'The variable that holds the token' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand exec" -l min-ttl -d 'How long the token must at least be valid' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand exec" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand exec" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand exec" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand exec" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand exec" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand exec" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and not __fish_seen_subcommand_from list show help" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and not __fish_seen_subcommand_from list show help" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and not __fish_seen_subcommand_from list show help" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and not __fish_seen_subcommand_from list show help" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and not __fish_seen_subcommand_from list show help" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and not __fish_seen_subcommand_from list show help" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and not __fish_seen_subcommand_from list show help" -f -a "list" -d 'List the providers'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and not __fish_seen_subcommand_from list show help" -f -a "show" -d 'Show everything about one provider'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and not __fish_seen_subcommand_from list show help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and __fish_seen_subcommand_from list" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and __fish_seen_subcommand_from list" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and __fish_seen_subcommand_from show" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and __fish_seen_subcommand_from show" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the providers'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show everything about one provider'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand provider; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and not __fish_seen_subcommand_from path show help" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and not __fish_seen_subcommand_from path show help" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and not __fish_seen_subcommand_from path show help" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and not __fish_seen_subcommand_from path show help" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and not __fish_seen_subcommand_from path show help" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and not __fish_seen_subcommand_from path show help" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and not __fish_seen_subcommand_from path show help" -f -a "path" -d 'Print where the configuration file is, or would be'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and not __fish_seen_subcommand_from path show help" -f -a "show" -d 'Show the settings that flags, environment and file add up to'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and not __fish_seen_subcommand_from path show help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and __fish_seen_subcommand_from path" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and __fish_seen_subcommand_from path" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and __fish_seen_subcommand_from path" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and __fish_seen_subcommand_from path" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and __fish_seen_subcommand_from show" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and __fish_seen_subcommand_from show" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "path" -d 'Print where the configuration file is, or would be'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show the settings that flags, environment and file add up to'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand sandbox" -l port -d 'The port on 127.0.0.1 [default: any free one]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand sandbox" -l fault -d 'A fault to show; may be given several times (--help lists them)' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand sandbox" -l access-token-life -d 'Life of Zählerfreunde\'s access tokens' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand sandbox" -l overlap -d 'How long the refresh token before the last still works' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand sandbox" -l for -d 'End by itself after this time' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand sandbox" -l approve -d 'No pages: agree to every sign-in at once'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand sandbox" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand sandbox" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand sandbox" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand sandbox" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand sandbox" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand sandbox" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand demo" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand demo" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand demo" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand demo" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand demo" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand completions" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand completions" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand completions" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand completions" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand completions" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand completions" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec provider config sandbox demo completions help" -f -a "connect" -d 'Sign in at a provider with the browser, and keep the tokens'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec provider config sandbox demo completions help" -f -a "disconnect" -d 'End accounts: revoke them at the provider where it can do that, and delete the tokens here'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec provider config sandbox demo completions help" -f -a "status" -d 'Show every connected account; asks neither keychain nor provider'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec provider config sandbox demo completions help" -f -a "token" -d 'Hand tokens to scripts, and keep them alive'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec provider config sandbox demo completions help" -f -a "exec" -d 'Run a command with an access token in its environment'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec provider config sandbox demo completions help" -f -a "provider" -d 'See the providers and what is configured for them'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec provider config sandbox demo completions help" -f -a "config" -d 'Find the configuration file and what it decides'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec provider config sandbox demo completions help" -f -a "sandbox" -d 'Run both providers in miniature, for trying out programs against them'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec provider config sandbox demo completions help" -f -a "demo" -d 'See everything in seconds: both sign-ins, a refresh, and what happens to a copied token'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec provider config sandbox demo completions help" -f -a "completions" -d 'Print the completion script of a shell'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec provider config sandbox demo completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "get" -d 'Print an access token that is valid, refreshed if it must be; never opens a browser'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "refresh" -d 'Refresh the accounts that need it; without ACCOUNT every one of them'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "show" -d 'Show what is known of an account\'s tokens, without the tokens'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and __fish_seen_subcommand_from provider" -f -a "list" -d 'List the providers'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and __fish_seen_subcommand_from provider" -f -a "show" -d 'Show everything about one provider'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "path" -d 'Print where the configuration file is, or would be'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "show" -d 'Show the settings that flags, environment and file add up to'
