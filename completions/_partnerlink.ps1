
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'partnerlink' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'partnerlink'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'partnerlink' {
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('connect', 'connect', [CompletionResultType]::ParameterValue, 'Sign in at a provider with the browser, and keep the tokens')
            [CompletionResult]::new('disconnect', 'disconnect', [CompletionResultType]::ParameterValue, 'End accounts: revoke them at the provider where it can do that, and delete the tokens here')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show every connected account; asks neither keychain nor provider')
            [CompletionResult]::new('token', 'token', [CompletionResultType]::ParameterValue, 'Hand tokens to scripts, and keep them alive')
            [CompletionResult]::new('exec', 'exec', [CompletionResultType]::ParameterValue, 'Run a command with an access token in its environment')
            [CompletionResult]::new('meter', 'meter', [CompletionResultType]::ParameterValue, 'Energy meters at Zählerfreunde: spaces, devices, readings (Lastgang), pictures')
            [CompletionResult]::new('timber', 'timber', [CompletionResultType]::ParameterValue, 'Wood lists (Holzlisten) and log piles (Polter) at TimberData')
            [CompletionResult]::new('api', 'api', [CompletionResultType]::ParameterValue, 'Call a data endpoint by its path, with a valid token')
            [CompletionResult]::new('provider', 'provider', [CompletionResultType]::ParameterValue, 'See the providers and what is configured for them')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Find the configuration file and what it decides')
            [CompletionResult]::new('sandbox', 'sandbox', [CompletionResultType]::ParameterValue, 'Run both providers in miniature, for trying out programs against them')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'See everything in seconds: both sign-ins, data, pictures, a refresh, and a copied token')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'partnerlink;connect' {
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'What to ask for, separated by blanks [default: the provider''s]')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client ID that the provider gave you, instead of the configured one')
            [CompletionResult]::new('--client-secret-file', '--client-secret-file', [CompletionResultType]::ParameterName, 'Read the client secret from a file')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where to keep the tokens [default: keychain, or as configured]')
            [CompletionResult]::new('--browser', '--browser', [CompletionResultType]::ParameterName, 'The program that opens the link')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for you')
            [CompletionResult]::new('--client-secret-stdin', '--client-secret-stdin', [CompletionResultType]::ParameterName, 'Read the client secret from standard input')
            [CompletionResult]::new('--no-browser', '--no-browser', [CompletionResultType]::ParameterName, 'Print the link only')
            [CompletionResult]::new('--replace', '--replace', [CompletionResultType]::ParameterName, 'Let the account change to another person')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'partnerlink;disconnect' {
            [CompletionResult]::new('--no-revoke', '--no-revoke', [CompletionResultType]::ParameterName, 'Delete here only')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'partnerlink;status' {
            [CompletionResult]::new('--within', '--within', [CompletionResultType]::ParameterName, 'How long before its end a sign-in is worth a warning [default: 30d, or a quarter of its life]')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'Exit 4 if an account needs a sign-in now or within --within')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'partnerlink;token' {
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('get', 'get', [CompletionResultType]::ParameterValue, 'Print an access token that is valid, refreshed if it must be; never opens a browser')
            [CompletionResult]::new('refresh', 'refresh', [CompletionResultType]::ParameterValue, 'Refresh the accounts that need it; without ACCOUNT every one of them')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what is known of an account''s tokens, without the tokens')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'partnerlink;token;get' {
            [CompletionResult]::new('--min-ttl', '--min-ttl', [CompletionResultType]::ParameterName, 'How long the token must at least be valid')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'partnerlink;token;refresh' {
            [CompletionResult]::new('--within', '--within', [CompletionResultType]::ParameterName, 'Renew access tokens that end within this time')
            [CompletionResult]::new('--spread', '--spread', [CompletionResultType]::ParameterName, 'Begin after a random time up to this long, so that not every machine begins at minute 0')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'How many accounts at once')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Renew now, however long the access token is still good')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'partnerlink;token;show' {
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'partnerlink;token;help' {
            [CompletionResult]::new('get', 'get', [CompletionResultType]::ParameterValue, 'Print an access token that is valid, refreshed if it must be; never opens a browser')
            [CompletionResult]::new('refresh', 'refresh', [CompletionResultType]::ParameterValue, 'Refresh the accounts that need it; without ACCOUNT every one of them')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what is known of an account''s tokens, without the tokens')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'partnerlink;token;help;get' {
            break
        }
        'partnerlink;token;help;refresh' {
            break
        }
        'partnerlink;token;help;show' {
            break
        }
        'partnerlink;token;help;help' {
            break
        }
        'partnerlink;exec' {
            [CompletionResult]::new('--var', '--var', [CompletionResultType]::ParameterName, 'The variable that holds the token')
            [CompletionResult]::new('--min-ttl', '--min-ttl', [CompletionResultType]::ParameterName, 'How long the token must at least be valid')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'partnerlink;meter' {
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('spaces', 'spaces', [CompletionResultType]::ParameterValue, 'List buildings, flats and sites')
            [CompletionResult]::new('devices', 'devices', [CompletionResultType]::ParameterValue, 'List the meters of one space, or of all')
            [CompletionResult]::new('customers', 'customers', [CompletionResultType]::ParameterValue, 'List customers')
            [CompletionResult]::new('whoami', 'whoami', [CompletionResultType]::ParameterValue, 'Show which partner the account belongs to')
            [CompletionResult]::new('readings', 'readings', [CompletionResultType]::ParameterValue, 'Print readings (Lastgang): quarter hours, hours or days of any number of meters')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Count the missing readings of each day; exit 0 also when there are gaps')
            [CompletionResult]::new('plot', 'plot', [CompletionResultType]::ParameterValue, 'Draw readings: load curve, heat map of a month, duration curve, key figures')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write a file for each meter and month; goes on where it stopped')
            [CompletionResult]::new('push', 'push', [CompletionResultType]::ParameterValue, 'Hand in readings from a CSV file')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'partnerlink;meter;spaces' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account [default: the provider''s only one]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Requests at once')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'The members to write, in this order')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone of every time that is read and written')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing file')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'partnerlink;meter;devices' {
            [CompletionResult]::new('--space', '--space', [CompletionResultType]::ParameterName, 'Only this space; may be given several times')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account [default: the provider''s only one]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Requests at once')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'The members to write, in this order')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone of every time that is read and written')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing file')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'partnerlink;meter;customers' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account [default: the provider''s only one]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Requests at once')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'The members to write, in this order')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone of every time that is read and written')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing file')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'partnerlink;meter;whoami' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account [default: the provider''s only one]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Requests at once')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'The members to write, in this order')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone of every time that is read and written')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing file')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'partnerlink;meter;readings' {
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'This meter; may be given several times')
            [CompletionResult]::new('--space', '--space', [CompletionResultType]::ParameterName, 'The main meter of this space; may be given several times')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'From this day (2026-10-25), month (2026-10) or instant on')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Until before this day, month or instant [default: now]')
            [CompletionResult]::new('--last', '--last', [CompletionResultType]::ParameterName, 'The last 7d, 24h, …')
            [CompletionResult]::new('--resolution', '--resolution', [CompletionResultType]::ParameterName, 'resolution')
            [CompletionResult]::new('--measurement', '--measurement', [CompletionResultType]::ParameterName, 'measurement')
            [CompletionResult]::new('--medium', '--medium', [CompletionResultType]::ParameterName, 'With --space: which of its main meters')
            [CompletionResult]::new('--window', '--window', [CompletionResultType]::ParameterName, 'Days that one request asks for')
            [CompletionResult]::new('--gaps', '--gaps', [CompletionResultType]::ParameterName, 'Intervals without a reading: an empty row with status missing, or no row')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account [default: the provider''s only one]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Requests at once')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'The members to write, in this order')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone of every time that is read and written')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Every meter of every space')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing file')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'partnerlink;meter;verify' {
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'This meter; may be given several times')
            [CompletionResult]::new('--space', '--space', [CompletionResultType]::ParameterName, 'The main meter of this space; may be given several times')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'From this day (2026-10-25), month (2026-10) or instant on')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Until before this day, month or instant [default: now]')
            [CompletionResult]::new('--last', '--last', [CompletionResultType]::ParameterName, 'The last 7d, 24h, …')
            [CompletionResult]::new('--resolution', '--resolution', [CompletionResultType]::ParameterName, 'resolution')
            [CompletionResult]::new('--measurement', '--measurement', [CompletionResultType]::ParameterName, 'measurement')
            [CompletionResult]::new('--medium', '--medium', [CompletionResultType]::ParameterName, 'With --space: which of its main meters')
            [CompletionResult]::new('--window', '--window', [CompletionResultType]::ParameterName, 'Days that one request asks for')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account [default: the provider''s only one]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Requests at once')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'The members to write, in this order')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone of every time that is read and written')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Every meter of every space')
            [CompletionResult]::new('--complete', '--complete', [CompletionResultType]::ParameterName, 'Show days without gaps as well')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing file')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'partnerlink;meter;plot' {
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'This meter; may be given several times')
            [CompletionResult]::new('--space', '--space', [CompletionResultType]::ParameterName, 'The main meter of this space; may be given several times')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'From this day (2026-10-25), month (2026-10) or instant on')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Until before this day, month or instant [default: now]')
            [CompletionResult]::new('--last', '--last', [CompletionResultType]::ParameterName, 'The last 7d, 24h, …')
            [CompletionResult]::new('--resolution', '--resolution', [CompletionResultType]::ParameterName, 'resolution')
            [CompletionResult]::new('--measurement', '--measurement', [CompletionResultType]::ParameterName, 'measurement')
            [CompletionResult]::new('--medium', '--medium', [CompletionResultType]::ParameterName, 'With --space: which of its main meters')
            [CompletionResult]::new('--window', '--window', [CompletionResultType]::ParameterName, 'Days that one request asks for')
            [CompletionResult]::new('--view', '--view', [CompletionResultType]::ParameterName, 'The pictures [default: a curve for up to eight days, else a heat map; a file gets all]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write a picture: .svg or .html')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write a picture: .svg or .html')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone of every time that is read and shown')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account [default: the provider''s only one]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Requests at once')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Every meter of every space')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Only characters that every terminal has')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing file')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'partnerlink;meter;export' {
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'This meter; may be given several times')
            [CompletionResult]::new('--space', '--space', [CompletionResultType]::ParameterName, 'The main meter of this space; may be given several times')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'From this day (2026-10-25), month (2026-10) or instant on')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Until before this day, month or instant [default: now]')
            [CompletionResult]::new('--last', '--last', [CompletionResultType]::ParameterName, 'The last 7d, 24h, …')
            [CompletionResult]::new('--resolution', '--resolution', [CompletionResultType]::ParameterName, 'resolution')
            [CompletionResult]::new('--measurement', '--measurement', [CompletionResultType]::ParameterName, 'measurement')
            [CompletionResult]::new('--medium', '--medium', [CompletionResultType]::ParameterName, 'With --space: which of its main meters')
            [CompletionResult]::new('--window', '--window', [CompletionResultType]::ParameterName, 'Days that one request asks for')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'The folder; made if it is missing')
            [CompletionResult]::new('--gaps', '--gaps', [CompletionResultType]::ParameterName, 'Intervals without a reading: an empty row with status missing, or no row')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account [default: the provider''s only one]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Requests at once')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'The members to write, in this order')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone of every time that is read and written')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Every meter of every space')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing file')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'partnerlink;meter;push' {
            [CompletionResult]::new('--timestamp-unit', '--timestamp-unit', [CompletionResultType]::ParameterName, 'How numbers in the column timestamp count, and how they are sent')
            [CompletionResult]::new('--chunk', '--chunk', [CompletionResultType]::ParameterName, 'Readings in one request')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account [default: the provider''s only one]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Requests at once')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Check the file and send nothing')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'partnerlink;meter;help' {
            [CompletionResult]::new('spaces', 'spaces', [CompletionResultType]::ParameterValue, 'List buildings, flats and sites')
            [CompletionResult]::new('devices', 'devices', [CompletionResultType]::ParameterValue, 'List the meters of one space, or of all')
            [CompletionResult]::new('customers', 'customers', [CompletionResultType]::ParameterValue, 'List customers')
            [CompletionResult]::new('whoami', 'whoami', [CompletionResultType]::ParameterValue, 'Show which partner the account belongs to')
            [CompletionResult]::new('readings', 'readings', [CompletionResultType]::ParameterValue, 'Print readings (Lastgang): quarter hours, hours or days of any number of meters')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Count the missing readings of each day; exit 0 also when there are gaps')
            [CompletionResult]::new('plot', 'plot', [CompletionResultType]::ParameterValue, 'Draw readings: load curve, heat map of a month, duration curve, key figures')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write a file for each meter and month; goes on where it stopped')
            [CompletionResult]::new('push', 'push', [CompletionResultType]::ParameterValue, 'Hand in readings from a CSV file')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'partnerlink;meter;help;spaces' {
            break
        }
        'partnerlink;meter;help;devices' {
            break
        }
        'partnerlink;meter;help;customers' {
            break
        }
        'partnerlink;meter;help;whoami' {
            break
        }
        'partnerlink;meter;help;readings' {
            break
        }
        'partnerlink;meter;help;verify' {
            break
        }
        'partnerlink;meter;help;plot' {
            break
        }
        'partnerlink;meter;help;export' {
            break
        }
        'partnerlink;meter;help;push' {
            break
        }
        'partnerlink;meter;help;help' {
            break
        }
        'partnerlink;timber' {
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('user', 'user', [CompletionResultType]::ParameterValue, 'Show who signed in; works with any scope')
            [CompletionResult]::new('woodlists', 'woodlists', [CompletionResultType]::ParameterValue, 'List wood lists (Holzlisten); needs the scope woodlist')
            [CompletionResult]::new('aggregations', 'aggregations', [CompletionResultType]::ParameterValue, 'List log piles (Polter); needs the scope aggregation')
            [CompletionResult]::new('plot', 'plot', [CompletionResultType]::ParameterValue, 'Draw log piles: a map by volume, and Fm by status or wood list')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'partnerlink;timber;user' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account [default: the provider''s only one]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Requests at once')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'The members to write, in this order')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone of every time that is read and written')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing file')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'partnerlink;timber;woodlists' {
            [CompletionResult]::new('--business-year', '--business-year', [CompletionResultType]::ParameterName, 'Only of this business year')
            [CompletionResult]::new('--base-area', '--base-area', [CompletionResultType]::ParameterName, 'Only of this base area')
            [CompletionResult]::new('--search', '--search', [CompletionResultType]::ParameterName, 'Only what this text is found in')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'sort')
            [CompletionResult]::new('--page', '--page', [CompletionResultType]::ParameterName, 'Only this page of 100 entries, counted from 1')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account [default: the provider''s only one]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Requests at once')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'The members to write, in this order')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone of every time that is read and written')
            [CompletionResult]::new('--descending', '--descending', [CompletionResultType]::ParameterName, 'The last first')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing file')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'partnerlink;timber;aggregations' {
            [CompletionResult]::new('--page', '--page', [CompletionResultType]::ParameterName, 'Only this page of 100 entries, counted from 1')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account [default: the provider''s only one]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Requests at once')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a file, whose ending names the format')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'The members to write, in this order')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone of every time that is read and written')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing file')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'partnerlink;timber;plot' {
            [CompletionResult]::new('--view', '--view', [CompletionResultType]::ParameterName, 'The pictures [default: both]')
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'What piles are put together by')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write a picture: .svg or .html')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write a picture: .svg or .html')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account [default: the provider''s only one]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Requests at once')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Only characters that every terminal has')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing file')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'partnerlink;timber;help' {
            [CompletionResult]::new('user', 'user', [CompletionResultType]::ParameterValue, 'Show who signed in; works with any scope')
            [CompletionResult]::new('woodlists', 'woodlists', [CompletionResultType]::ParameterValue, 'List wood lists (Holzlisten); needs the scope woodlist')
            [CompletionResult]::new('aggregations', 'aggregations', [CompletionResultType]::ParameterValue, 'List log piles (Polter); needs the scope aggregation')
            [CompletionResult]::new('plot', 'plot', [CompletionResultType]::ParameterValue, 'Draw log piles: a map by volume, and Fm by status or wood list')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'partnerlink;timber;help;user' {
            break
        }
        'partnerlink;timber;help;woodlists' {
            break
        }
        'partnerlink;timber;help;aggregations' {
            break
        }
        'partnerlink;timber;help;plot' {
            break
        }
        'partnerlink;timber;help;help' {
            break
        }
        'partnerlink;api' {
            [CompletionResult]::new('-X', '-X ', [CompletionResultType]::ParameterName, 'The method [default: GET, or POST where something is sent]')
            [CompletionResult]::new('--method', '--method', [CompletionResultType]::ParameterName, 'The method [default: GET, or POST where something is sent]')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'A text field: into the query of a GET, else into the JSON body')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A text field: into the query of a GET, else into the JSON body')
            [CompletionResult]::new('-F', '-F ', [CompletionResultType]::ParameterName, 'A JSON field, as limit:=5 or ids:=''["a"]''')
            [CompletionResult]::new('--json-field', '--json-field', [CompletionResultType]::ParameterName, 'A JSON field, as limit:=5 or ids:=''["a"]''')
            [CompletionResult]::new('-H', '-H ', [CompletionResultType]::ParameterName, 'One more header')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'One more header')
            [CompletionResult]::new('--input', '--input', [CompletionResultType]::ParameterName, 'Send this file as it is; - is standard input')
            [CompletionResult]::new('--jq', '--jq', [CompletionResultType]::ParameterName, 'Apply a filter in the language of jq')
            [CompletionResult]::new('--paginate', '--paginate', [CompletionResultType]::ParameterName, 'Fetch every page, one JSON answer on each line')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Print status and headers as well')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'Print status and headers as well')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'partnerlink;provider' {
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the providers')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show everything about one provider')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'partnerlink;provider;list' {
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'partnerlink;provider;show' {
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'partnerlink;provider;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the providers')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show everything about one provider')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'partnerlink;provider;help;list' {
            break
        }
        'partnerlink;provider;help;show' {
            break
        }
        'partnerlink;provider;help;help' {
            break
        }
        'partnerlink;config' {
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print where the configuration file is, or would be')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the settings that flags, environment and file add up to')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'partnerlink;config;path' {
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'partnerlink;config;show' {
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'partnerlink;config;help' {
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print where the configuration file is, or would be')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the settings that flags, environment and file add up to')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'partnerlink;config;help;path' {
            break
        }
        'partnerlink;config;help;show' {
            break
        }
        'partnerlink;config;help;help' {
            break
        }
        'partnerlink;sandbox' {
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'The port on 127.0.0.1 [default: any free one]')
            [CompletionResult]::new('--fault', '--fault', [CompletionResultType]::ParameterName, 'A fault to show; may be given several times (--help lists them)')
            [CompletionResult]::new('--access-token-life', '--access-token-life', [CompletionResultType]::ParameterName, 'Life of Zählerfreunde''s access tokens')
            [CompletionResult]::new('--overlap', '--overlap', [CompletionResultType]::ParameterName, 'How long the refresh token before the last still works')
            [CompletionResult]::new('--for', '--for', [CompletionResultType]::ParameterName, 'End by itself after this time')
            [CompletionResult]::new('--approve', '--approve', [CompletionResultType]::ParameterName, 'No pages: agree to every sign-in at once')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'partnerlink;demo' {
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'partnerlink;completions' {
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use the sandbox: both providers in miniature, on this machine')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON on stdout, and errors as JSON on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happens, for sharing with support: never a secret')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Nothing on stderr but warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; say which flag is missing instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'partnerlink;help' {
            [CompletionResult]::new('connect', 'connect', [CompletionResultType]::ParameterValue, 'Sign in at a provider with the browser, and keep the tokens')
            [CompletionResult]::new('disconnect', 'disconnect', [CompletionResultType]::ParameterValue, 'End accounts: revoke them at the provider where it can do that, and delete the tokens here')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show every connected account; asks neither keychain nor provider')
            [CompletionResult]::new('token', 'token', [CompletionResultType]::ParameterValue, 'Hand tokens to scripts, and keep them alive')
            [CompletionResult]::new('exec', 'exec', [CompletionResultType]::ParameterValue, 'Run a command with an access token in its environment')
            [CompletionResult]::new('meter', 'meter', [CompletionResultType]::ParameterValue, 'Energy meters at Zählerfreunde: spaces, devices, readings (Lastgang), pictures')
            [CompletionResult]::new('timber', 'timber', [CompletionResultType]::ParameterValue, 'Wood lists (Holzlisten) and log piles (Polter) at TimberData')
            [CompletionResult]::new('api', 'api', [CompletionResultType]::ParameterValue, 'Call a data endpoint by its path, with a valid token')
            [CompletionResult]::new('provider', 'provider', [CompletionResultType]::ParameterValue, 'See the providers and what is configured for them')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Find the configuration file and what it decides')
            [CompletionResult]::new('sandbox', 'sandbox', [CompletionResultType]::ParameterValue, 'Run both providers in miniature, for trying out programs against them')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'See everything in seconds: both sign-ins, data, pictures, a refresh, and a copied token')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'partnerlink;help;connect' {
            break
        }
        'partnerlink;help;disconnect' {
            break
        }
        'partnerlink;help;status' {
            break
        }
        'partnerlink;help;token' {
            [CompletionResult]::new('get', 'get', [CompletionResultType]::ParameterValue, 'Print an access token that is valid, refreshed if it must be; never opens a browser')
            [CompletionResult]::new('refresh', 'refresh', [CompletionResultType]::ParameterValue, 'Refresh the accounts that need it; without ACCOUNT every one of them')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what is known of an account''s tokens, without the tokens')
            break
        }
        'partnerlink;help;token;get' {
            break
        }
        'partnerlink;help;token;refresh' {
            break
        }
        'partnerlink;help;token;show' {
            break
        }
        'partnerlink;help;exec' {
            break
        }
        'partnerlink;help;meter' {
            break
        }
        'partnerlink;help;timber' {
            break
        }
        'partnerlink;help;api' {
            break
        }
        'partnerlink;help;provider' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the providers')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show everything about one provider')
            break
        }
        'partnerlink;help;provider;list' {
            break
        }
        'partnerlink;help;provider;show' {
            break
        }
        'partnerlink;help;config' {
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print where the configuration file is, or would be')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the settings that flags, environment and file add up to')
            break
        }
        'partnerlink;help;config;path' {
            break
        }
        'partnerlink;help;config;show' {
            break
        }
        'partnerlink;help;sandbox' {
            break
        }
        'partnerlink;help;demo' {
            break
        }
        'partnerlink;help;completions' {
            break
        }
        'partnerlink;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
