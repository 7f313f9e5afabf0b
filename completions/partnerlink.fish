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
complete -c partnerlink -n "__fish_partnerlink_needs_command" -f -a "meter" -d 'Energy meters at Zählerfreunde: spaces, devices, readings (Lastgang), pictures'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -f -a "timber" -d 'Wood lists (Holzlisten) and log piles (Polter) at TimberData'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -f -a "api" -d 'Call a data endpoint by its path, with a valid token'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -f -a "provider" -d 'See the providers and what is configured for them'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -f -a "config" -d 'Find the configuration file and what it decides'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -f -a "sandbox" -d 'Run both providers in miniature, for trying out programs against them'
complete -c partnerlink -n "__fish_partnerlink_needs_command" -f -a "demo" -d 'See everything in seconds: both sign-ins, data, pictures, a refresh, and a copied token'
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
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and not __fish_seen_subcommand_from spaces devices customers whoami readings verify plot export push help" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and not __fish_seen_subcommand_from spaces devices customers whoami readings verify plot export push help" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and not __fish_seen_subcommand_from spaces devices customers whoami readings verify plot export push help" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and not __fish_seen_subcommand_from spaces devices customers whoami readings verify plot export push help" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and not __fish_seen_subcommand_from spaces devices customers whoami readings verify plot export push help" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and not __fish_seen_subcommand_from spaces devices customers whoami readings verify plot export push help" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and not __fish_seen_subcommand_from spaces devices customers whoami readings verify plot export push help" -f -a "spaces" -d 'List buildings, flats and sites'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and not __fish_seen_subcommand_from spaces devices customers whoami readings verify plot export push help" -f -a "devices" -d 'List the meters of one space, or of all'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and not __fish_seen_subcommand_from spaces devices customers whoami readings verify plot export push help" -f -a "customers" -d 'List customers'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and not __fish_seen_subcommand_from spaces devices customers whoami readings verify plot export push help" -f -a "whoami" -d 'Show which partner the account belongs to'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and not __fish_seen_subcommand_from spaces devices customers whoami readings verify plot export push help" -f -a "readings" -d 'Print readings (Lastgang): quarter hours, hours or days of any number of meters'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and not __fish_seen_subcommand_from spaces devices customers whoami readings verify plot export push help" -f -a "verify" -d 'Count the missing readings of each day; exit 0 also when there are gaps'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and not __fish_seen_subcommand_from spaces devices customers whoami readings verify plot export push help" -f -a "plot" -d 'Draw readings: load curve, heat map of a month, duration curve, key figures'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and not __fish_seen_subcommand_from spaces devices customers whoami readings verify plot export push help" -f -a "export" -d 'Write a file for each meter and month; goes on where it stopped'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and not __fish_seen_subcommand_from spaces devices customers whoami readings verify plot export push help" -f -a "push" -d 'Hand in readings from a CSV file'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and not __fish_seen_subcommand_from spaces devices customers whoami readings verify plot export push help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from spaces" -l account -d 'The account [default: the provider\'s only one]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from spaces" -l jobs -d 'Requests at once' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from spaces" -l format -d 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from spaces" -s o -l output -d 'Write to a file, whose ending names the format' -r -F
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from spaces" -l fields -d 'The members to write, in this order' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from spaces" -l tz -d 'The time zone of every time that is read and written' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from spaces" -l force -d 'Replace an existing file'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from spaces" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from spaces" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from spaces" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from spaces" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from spaces" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from spaces" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from devices" -l space -d 'Only this space; may be given several times' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from devices" -l account -d 'The account [default: the provider\'s only one]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from devices" -l jobs -d 'Requests at once' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from devices" -l format -d 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from devices" -s o -l output -d 'Write to a file, whose ending names the format' -r -F
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from devices" -l fields -d 'The members to write, in this order' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from devices" -l tz -d 'The time zone of every time that is read and written' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from devices" -l force -d 'Replace an existing file'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from devices" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from devices" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from devices" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from devices" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from devices" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from devices" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from customers" -l account -d 'The account [default: the provider\'s only one]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from customers" -l jobs -d 'Requests at once' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from customers" -l format -d 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from customers" -s o -l output -d 'Write to a file, whose ending names the format' -r -F
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from customers" -l fields -d 'The members to write, in this order' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from customers" -l tz -d 'The time zone of every time that is read and written' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from customers" -l force -d 'Replace an existing file'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from customers" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from customers" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from customers" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from customers" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from customers" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from customers" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from whoami" -l account -d 'The account [default: the provider\'s only one]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from whoami" -l jobs -d 'Requests at once' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from whoami" -l format -d 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from whoami" -s o -l output -d 'Write to a file, whose ending names the format' -r -F
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from whoami" -l fields -d 'The members to write, in this order' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from whoami" -l tz -d 'The time zone of every time that is read and written' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from whoami" -l force -d 'Replace an existing file'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from whoami" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from whoami" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from whoami" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from whoami" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from whoami" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from whoami" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l device -d 'This meter; may be given several times' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l space -d 'The main meter of this space; may be given several times' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l from -d 'From this day (2026-10-25), month (2026-10) or instant on' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l to -d 'Until before this day, month or instant [default: now]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l last -d 'The last 7d, 24h, …' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l resolution -r -f -a "15min\t''
hour\t''
day\t''"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l measurement -r -f -a "power\t'The mean over the interval, in kW or W'
energy\t'The sum over the interval, in kWh, m³, …'
meter-reading\t'The state of the meter at an instant'"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l medium -d 'With --space: which of its main meters' -r -f -a "electricity\t''
gas\t''
water\t''
heating\t''"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l window -d 'Days that one request asks for' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l gaps -d 'Intervals without a reading: an empty row with status missing, or no row' -r -f -a "mark\t''
skip\t''"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l account -d 'The account [default: the provider\'s only one]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l jobs -d 'Requests at once' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l format -d 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -s o -l output -d 'Write to a file, whose ending names the format' -r -F
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l fields -d 'The members to write, in this order' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l tz -d 'The time zone of every time that is read and written' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l all -d 'Every meter of every space'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l force -d 'Replace an existing file'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from readings" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l device -d 'This meter; may be given several times' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l space -d 'The main meter of this space; may be given several times' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l from -d 'From this day (2026-10-25), month (2026-10) or instant on' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l to -d 'Until before this day, month or instant [default: now]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l last -d 'The last 7d, 24h, …' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l resolution -r -f -a "15min\t''
hour\t''
day\t''"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l measurement -r -f -a "power\t'The mean over the interval, in kW or W'
energy\t'The sum over the interval, in kWh, m³, …'
meter-reading\t'The state of the meter at an instant'"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l medium -d 'With --space: which of its main meters' -r -f -a "electricity\t''
gas\t''
water\t''
heating\t''"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l window -d 'Days that one request asks for' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l account -d 'The account [default: the provider\'s only one]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l jobs -d 'Requests at once' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l format -d 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -s o -l output -d 'Write to a file, whose ending names the format' -r -F
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l fields -d 'The members to write, in this order' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l tz -d 'The time zone of every time that is read and written' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l all -d 'Every meter of every space'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l complete -d 'Show days without gaps as well'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l force -d 'Replace an existing file'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -l device -d 'This meter; may be given several times' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -l space -d 'The main meter of this space; may be given several times' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -l from -d 'From this day (2026-10-25), month (2026-10) or instant on' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -l to -d 'Until before this day, month or instant [default: now]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -l last -d 'The last 7d, 24h, …' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -l resolution -r -f -a "15min\t''
hour\t''
day\t''"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -l measurement -r -f -a "power\t'The mean over the interval, in kW or W'
energy\t'The sum over the interval, in kWh, m³, …'
meter-reading\t'The state of the meter at an instant'"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -l medium -d 'With --space: which of its main meters' -r -f -a "electricity\t''
gas\t''
water\t''
heating\t''"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -l window -d 'Days that one request asks for' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -l view -d 'The pictures [default: a curve for up to eight days, else a heat map; a file gets all]' -r -f -a "curve\t''
heat-map\t''
duration\t''"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -s o -l output -d 'Write a picture: .svg or .html' -r -F
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -l tz -d 'The time zone of every time that is read and shown' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -l account -d 'The account [default: the provider\'s only one]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -l jobs -d 'Requests at once' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -l all -d 'Every meter of every space'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -l ascii -d 'Only characters that every terminal has'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -l force -d 'Replace an existing file'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from plot" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l device -d 'This meter; may be given several times' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l space -d 'The main meter of this space; may be given several times' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l from -d 'From this day (2026-10-25), month (2026-10) or instant on' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l to -d 'Until before this day, month or instant [default: now]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l last -d 'The last 7d, 24h, …' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l resolution -r -f -a "15min\t''
hour\t''
day\t''"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l measurement -r -f -a "power\t'The mean over the interval, in kW or W'
energy\t'The sum over the interval, in kWh, m³, …'
meter-reading\t'The state of the meter at an instant'"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l medium -d 'With --space: which of its main meters' -r -f -a "electricity\t''
gas\t''
water\t''
heating\t''"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l window -d 'Days that one request asks for' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l out -d 'The folder; made if it is missing' -r -F
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l gaps -d 'Intervals without a reading: an empty row with status missing, or no row' -r -f -a "mark\t''
skip\t''"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l account -d 'The account [default: the provider\'s only one]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l jobs -d 'Requests at once' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l format -d 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -s o -l output -d 'Write to a file, whose ending names the format' -r -F
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l fields -d 'The members to write, in this order' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l tz -d 'The time zone of every time that is read and written' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l all -d 'Every meter of every space'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l force -d 'Replace an existing file'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from push" -l timestamp-unit -d 'How numbers in the column timestamp count, and how they are sent' -r -f -a "s\t'Seconds'
ms\t'Milliseconds'"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from push" -l chunk -d 'Readings in one request' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from push" -l account -d 'The account [default: the provider\'s only one]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from push" -l jobs -d 'Requests at once' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from push" -l dry-run -d 'Check the file and send nothing'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from push" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from push" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from push" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from push" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from push" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from push" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from help" -f -a "spaces" -d 'List buildings, flats and sites'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from help" -f -a "devices" -d 'List the meters of one space, or of all'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from help" -f -a "customers" -d 'List customers'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from help" -f -a "whoami" -d 'Show which partner the account belongs to'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from help" -f -a "readings" -d 'Print readings (Lastgang): quarter hours, hours or days of any number of meters'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Count the missing readings of each day; exit 0 also when there are gaps'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from help" -f -a "plot" -d 'Draw readings: load curve, heat map of a month, duration curve, key figures'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from help" -f -a "export" -d 'Write a file for each meter and month; goes on where it stopped'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from help" -f -a "push" -d 'Hand in readings from a CSV file'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand meter; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and not __fish_seen_subcommand_from user woodlists aggregations plot help" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and not __fish_seen_subcommand_from user woodlists aggregations plot help" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and not __fish_seen_subcommand_from user woodlists aggregations plot help" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and not __fish_seen_subcommand_from user woodlists aggregations plot help" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and not __fish_seen_subcommand_from user woodlists aggregations plot help" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and not __fish_seen_subcommand_from user woodlists aggregations plot help" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and not __fish_seen_subcommand_from user woodlists aggregations plot help" -f -a "user" -d 'Show who signed in; works with any scope'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and not __fish_seen_subcommand_from user woodlists aggregations plot help" -f -a "woodlists" -d 'List wood lists (Holzlisten); needs the scope woodlist'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and not __fish_seen_subcommand_from user woodlists aggregations plot help" -f -a "aggregations" -d 'List log piles (Polter); needs the scope aggregation'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and not __fish_seen_subcommand_from user woodlists aggregations plot help" -f -a "plot" -d 'Draw log piles: a map by volume, and Fm by status or wood list'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and not __fish_seen_subcommand_from user woodlists aggregations plot help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from user" -l account -d 'The account [default: the provider\'s only one]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from user" -l jobs -d 'Requests at once' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from user" -l format -d 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from user" -s o -l output -d 'Write to a file, whose ending names the format' -r -F
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from user" -l fields -d 'The members to write, in this order' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from user" -l tz -d 'The time zone of every time that is read and written' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from user" -l force -d 'Replace an existing file'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from user" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from user" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from user" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from user" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from user" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from user" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from woodlists" -l business-year -d 'Only of this business year' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from woodlists" -l base-area -d 'Only of this base area' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from woodlists" -l search -d 'Only what this text is found in' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from woodlists" -l sort -r -f -a "number\t''
name\t''
reference-date\t''
protocol-volume\t''
updated-at\t''
sale-fm-volume\t''"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from woodlists" -l page -d 'Only this page of 100 entries, counted from 1' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from woodlists" -l account -d 'The account [default: the provider\'s only one]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from woodlists" -l jobs -d 'Requests at once' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from woodlists" -l format -d 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from woodlists" -s o -l output -d 'Write to a file, whose ending names the format' -r -F
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from woodlists" -l fields -d 'The members to write, in this order' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from woodlists" -l tz -d 'The time zone of every time that is read and written' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from woodlists" -l descending -d 'The last first'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from woodlists" -l force -d 'Replace an existing file'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from woodlists" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from woodlists" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from woodlists" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from woodlists" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from woodlists" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from woodlists" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from aggregations" -l page -d 'Only this page of 100 entries, counted from 1' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from aggregations" -l account -d 'The account [default: the provider\'s only one]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from aggregations" -l jobs -d 'Requests at once' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from aggregations" -l format -d 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from aggregations" -s o -l output -d 'Write to a file, whose ending names the format' -r -F
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from aggregations" -l fields -d 'The members to write, in this order' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from aggregations" -l tz -d 'The time zone of every time that is read and written' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from aggregations" -l force -d 'Replace an existing file'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from aggregations" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from aggregations" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from aggregations" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from aggregations" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from aggregations" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from aggregations" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from plot" -l view -d 'The pictures [default: both]' -r -f -a "map\t''
bars\t''"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from plot" -l by -d 'What piles are put together by' -r -f -a "sale-status\t''
transport-status\t''
contractor-status\t''
billing-status\t''
wood-list\t''"
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from plot" -s o -l output -d 'Write a picture: .svg or .html' -r -F
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from plot" -l account -d 'The account [default: the provider\'s only one]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from plot" -l jobs -d 'Requests at once' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from plot" -l ascii -d 'Only characters that every terminal has'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from plot" -l force -d 'Replace an existing file'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from plot" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from plot" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from plot" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from plot" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from plot" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from plot" -s h -l help -d 'Print help'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from help" -f -a "user" -d 'Show who signed in; works with any scope'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from help" -f -a "woodlists" -d 'List wood lists (Holzlisten); needs the scope woodlist'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from help" -f -a "aggregations" -d 'List log piles (Polter); needs the scope aggregation'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from help" -f -a "plot" -d 'Draw log piles: a map by volume, and Fm by status or wood list'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand timber; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand api" -s X -l method -d 'The method [default: GET, or POST where something is sent]' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand api" -s f -l field -d 'A text field: into the query of a GET, else into the JSON body' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand api" -s F -l json-field -d 'A JSON field, as limit:=5 or ids:=\'["a"]\'' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand api" -s H -l header -d 'One more header' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand api" -l input -d 'Send this file as it is; - is standard input' -r -F
complete -c partnerlink -n "__fish_partnerlink_using_subcommand api" -l jq -d 'Apply a filter in the language of jq' -r
complete -c partnerlink -n "__fish_partnerlink_using_subcommand api" -l paginate -d 'Fetch every page, one JSON answer on each line'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand api" -s i -l include -d 'Print status and headers as well'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand api" -l sandbox -d 'Use the sandbox: both providers in miniature, on this machine'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand api" -l json -d 'JSON on stdout, and errors as JSON on stderr'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand api" -s v -l verbose -d 'Say what happens, for sharing with support: never a secret'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand api" -s q -l quiet -d 'Nothing on stderr but warnings and errors'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand api" -l no-input -d 'Never ask; say which flag is missing instead'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand api" -s h -l help -d 'Print help (see more with \'--help\')'
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
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec meter timber api provider config sandbox demo completions help" -f -a "connect" -d 'Sign in at a provider with the browser, and keep the tokens'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec meter timber api provider config sandbox demo completions help" -f -a "disconnect" -d 'End accounts: revoke them at the provider where it can do that, and delete the tokens here'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec meter timber api provider config sandbox demo completions help" -f -a "status" -d 'Show every connected account; asks neither keychain nor provider'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec meter timber api provider config sandbox demo completions help" -f -a "token" -d 'Hand tokens to scripts, and keep them alive'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec meter timber api provider config sandbox demo completions help" -f -a "exec" -d 'Run a command with an access token in its environment'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec meter timber api provider config sandbox demo completions help" -f -a "meter" -d 'Energy meters at Zählerfreunde: spaces, devices, readings (Lastgang), pictures'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec meter timber api provider config sandbox demo completions help" -f -a "timber" -d 'Wood lists (Holzlisten) and log piles (Polter) at TimberData'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec meter timber api provider config sandbox demo completions help" -f -a "api" -d 'Call a data endpoint by its path, with a valid token'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec meter timber api provider config sandbox demo completions help" -f -a "provider" -d 'See the providers and what is configured for them'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec meter timber api provider config sandbox demo completions help" -f -a "config" -d 'Find the configuration file and what it decides'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec meter timber api provider config sandbox demo completions help" -f -a "sandbox" -d 'Run both providers in miniature, for trying out programs against them'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec meter timber api provider config sandbox demo completions help" -f -a "demo" -d 'See everything in seconds: both sign-ins, data, pictures, a refresh, and a copied token'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec meter timber api provider config sandbox demo completions help" -f -a "completions" -d 'Print the completion script of a shell'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and not __fish_seen_subcommand_from connect disconnect status token exec meter timber api provider config sandbox demo completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "get" -d 'Print an access token that is valid, refreshed if it must be; never opens a browser'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "refresh" -d 'Refresh the accounts that need it; without ACCOUNT every one of them'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "show" -d 'Show what is known of an account\'s tokens, without the tokens'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and __fish_seen_subcommand_from provider" -f -a "list" -d 'List the providers'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and __fish_seen_subcommand_from provider" -f -a "show" -d 'Show everything about one provider'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "path" -d 'Print where the configuration file is, or would be'
complete -c partnerlink -n "__fish_partnerlink_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "show" -d 'Show the settings that flags, environment and file add up to'
