
use builtin;
use str;

set edit:completion:arg-completer[partnerlink] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'partnerlink'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'partnerlink'= {
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand connect 'Sign in at a provider with the browser, and keep the tokens'
            cand disconnect 'End accounts: revoke them at the provider where it can do that, and delete the tokens here'
            cand status 'Show every connected account; asks neither keychain nor provider'
            cand token 'Hand tokens to scripts, and keep them alive'
            cand exec 'Run a command with an access token in its environment'
            cand provider 'See the providers and what is configured for them'
            cand config 'Find the configuration file and what it decides'
            cand sandbox 'Run both providers in miniature, for trying out programs against them'
            cand demo 'See everything in seconds: both sign-ins, a refresh, and what happens to a copied token'
            cand completions 'Print the completion script of a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'partnerlink;connect'= {
            cand --scope 'What to ask for, separated by blanks [default: the provider''s]'
            cand --client-id 'The client ID that the provider gave you, instead of the configured one'
            cand --client-secret-file 'Read the client secret from a file'
            cand --store 'Where to keep the tokens [default: keychain, or as configured]'
            cand --browser 'The program that opens the link'
            cand --timeout 'How long to wait for you'
            cand --client-secret-stdin 'Read the client secret from standard input'
            cand --no-browser 'Print the link only'
            cand --replace 'Let the account change to another person'
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'partnerlink;disconnect'= {
            cand --no-revoke 'Delete here only'
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'partnerlink;status'= {
            cand --within 'How long before its end a sign-in is worth a warning [default: 30d, or a quarter of its life]'
            cand --exit-code 'Exit 4 if an account needs a sign-in now or within --within'
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'partnerlink;token'= {
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help'
            cand --help 'Print help'
            cand get 'Print an access token that is valid, refreshed if it must be; never opens a browser'
            cand refresh 'Refresh the accounts that need it; without ACCOUNT every one of them'
            cand show 'Show what is known of an account''s tokens, without the tokens'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'partnerlink;token;get'= {
            cand --min-ttl 'How long the token must at least be valid'
            cand --format 'How to print it'
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'partnerlink;token;refresh'= {
            cand --within 'Renew access tokens that end within this time'
            cand --spread 'Begin after a random time up to this long, so that not every machine begins at minute 0'
            cand --jobs 'How many accounts at once'
            cand --force 'Renew now, however long the access token is still good'
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'partnerlink;token;show'= {
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'partnerlink;token;help'= {
            cand get 'Print an access token that is valid, refreshed if it must be; never opens a browser'
            cand refresh 'Refresh the accounts that need it; without ACCOUNT every one of them'
            cand show 'Show what is known of an account''s tokens, without the tokens'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'partnerlink;token;help;get'= {
        }
        &'partnerlink;token;help;refresh'= {
        }
        &'partnerlink;token;help;show'= {
        }
        &'partnerlink;token;help;help'= {
        }
        &'partnerlink;exec'= {
            cand --var 'The variable that holds the token'
            cand --min-ttl 'How long the token must at least be valid'
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'partnerlink;provider'= {
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the providers'
            cand show 'Show everything about one provider'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'partnerlink;provider;list'= {
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'partnerlink;provider;show'= {
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'partnerlink;provider;help'= {
            cand list 'List the providers'
            cand show 'Show everything about one provider'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'partnerlink;provider;help;list'= {
        }
        &'partnerlink;provider;help;show'= {
        }
        &'partnerlink;provider;help;help'= {
        }
        &'partnerlink;config'= {
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help'
            cand --help 'Print help'
            cand path 'Print where the configuration file is, or would be'
            cand show 'Show the settings that flags, environment and file add up to'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'partnerlink;config;path'= {
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'partnerlink;config;show'= {
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'partnerlink;config;help'= {
            cand path 'Print where the configuration file is, or would be'
            cand show 'Show the settings that flags, environment and file add up to'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'partnerlink;config;help;path'= {
        }
        &'partnerlink;config;help;show'= {
        }
        &'partnerlink;config;help;help'= {
        }
        &'partnerlink;sandbox'= {
            cand --port 'The port on 127.0.0.1 [default: any free one]'
            cand --fault 'A fault to show; may be given several times (--help lists them)'
            cand --access-token-life 'Life of Zählerfreunde''s access tokens'
            cand --overlap 'How long the refresh token before the last still works'
            cand --for 'End by itself after this time'
            cand --approve 'No pages: agree to every sign-in at once'
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'partnerlink;demo'= {
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'partnerlink;completions'= {
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'partnerlink;help'= {
            cand connect 'Sign in at a provider with the browser, and keep the tokens'
            cand disconnect 'End accounts: revoke them at the provider where it can do that, and delete the tokens here'
            cand status 'Show every connected account; asks neither keychain nor provider'
            cand token 'Hand tokens to scripts, and keep them alive'
            cand exec 'Run a command with an access token in its environment'
            cand provider 'See the providers and what is configured for them'
            cand config 'Find the configuration file and what it decides'
            cand sandbox 'Run both providers in miniature, for trying out programs against them'
            cand demo 'See everything in seconds: both sign-ins, a refresh, and what happens to a copied token'
            cand completions 'Print the completion script of a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'partnerlink;help;connect'= {
        }
        &'partnerlink;help;disconnect'= {
        }
        &'partnerlink;help;status'= {
        }
        &'partnerlink;help;token'= {
            cand get 'Print an access token that is valid, refreshed if it must be; never opens a browser'
            cand refresh 'Refresh the accounts that need it; without ACCOUNT every one of them'
            cand show 'Show what is known of an account''s tokens, without the tokens'
        }
        &'partnerlink;help;token;get'= {
        }
        &'partnerlink;help;token;refresh'= {
        }
        &'partnerlink;help;token;show'= {
        }
        &'partnerlink;help;exec'= {
        }
        &'partnerlink;help;provider'= {
            cand list 'List the providers'
            cand show 'Show everything about one provider'
        }
        &'partnerlink;help;provider;list'= {
        }
        &'partnerlink;help;provider;show'= {
        }
        &'partnerlink;help;config'= {
            cand path 'Print where the configuration file is, or would be'
            cand show 'Show the settings that flags, environment and file add up to'
        }
        &'partnerlink;help;config;path'= {
        }
        &'partnerlink;help;config;show'= {
        }
        &'partnerlink;help;sandbox'= {
        }
        &'partnerlink;help;demo'= {
        }
        &'partnerlink;help;completions'= {
        }
        &'partnerlink;help;help'= {
        }
    ]
    $completions[$command]
}
