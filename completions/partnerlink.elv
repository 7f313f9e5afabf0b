
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
            cand meter 'Energy meters at Zählerfreunde: spaces, devices, readings (Lastgang), pictures'
            cand timber 'Wood lists (Holzlisten) and log piles (Polter) at TimberData'
            cand api 'Call a data endpoint by its path, with a valid token'
            cand provider 'See the providers and what is configured for them'
            cand config 'Find the configuration file and what it decides'
            cand sandbox 'Run both providers in miniature, for trying out programs against them'
            cand demo 'See everything in seconds: both sign-ins, data, pictures, a refresh, and a copied token'
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
        &'partnerlink;meter'= {
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help'
            cand --help 'Print help'
            cand spaces 'List buildings, flats and sites'
            cand devices 'List the meters of one space, or of all'
            cand customers 'List customers'
            cand whoami 'Show which partner the account belongs to'
            cand readings 'Print readings (Lastgang): quarter hours, hours or days of any number of meters'
            cand verify 'Count the missing readings of each day; exit 0 also when there are gaps'
            cand plot 'Draw readings: load curve, heat map of a month, duration curve, key figures'
            cand export 'Write a file for each meter and month; goes on where it stopped'
            cand push 'Hand in readings from a CSV file'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'partnerlink;meter;spaces'= {
            cand --account 'The account [default: the provider''s only one]'
            cand --jobs 'Requests at once'
            cand --format 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml'
            cand -o 'Write to a file, whose ending names the format'
            cand --output 'Write to a file, whose ending names the format'
            cand --fields 'The members to write, in this order'
            cand --tz 'The time zone of every time that is read and written'
            cand --force 'Replace an existing file'
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
        &'partnerlink;meter;devices'= {
            cand --space 'Only this space; may be given several times'
            cand --account 'The account [default: the provider''s only one]'
            cand --jobs 'Requests at once'
            cand --format 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml'
            cand -o 'Write to a file, whose ending names the format'
            cand --output 'Write to a file, whose ending names the format'
            cand --fields 'The members to write, in this order'
            cand --tz 'The time zone of every time that is read and written'
            cand --force 'Replace an existing file'
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
        &'partnerlink;meter;customers'= {
            cand --account 'The account [default: the provider''s only one]'
            cand --jobs 'Requests at once'
            cand --format 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml'
            cand -o 'Write to a file, whose ending names the format'
            cand --output 'Write to a file, whose ending names the format'
            cand --fields 'The members to write, in this order'
            cand --tz 'The time zone of every time that is read and written'
            cand --force 'Replace an existing file'
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
        &'partnerlink;meter;whoami'= {
            cand --account 'The account [default: the provider''s only one]'
            cand --jobs 'Requests at once'
            cand --format 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml'
            cand -o 'Write to a file, whose ending names the format'
            cand --output 'Write to a file, whose ending names the format'
            cand --fields 'The members to write, in this order'
            cand --tz 'The time zone of every time that is read and written'
            cand --force 'Replace an existing file'
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
        &'partnerlink;meter;readings'= {
            cand --device 'This meter; may be given several times'
            cand --space 'The main meter of this space; may be given several times'
            cand --from 'From this day (2026-10-25), month (2026-10) or instant on'
            cand --to 'Until before this day, month or instant [default: now]'
            cand --last 'The last 7d, 24h, …'
            cand --resolution 'resolution'
            cand --measurement 'measurement'
            cand --medium 'With --space: which of its main meters'
            cand --window 'Days that one request asks for'
            cand --gaps 'Intervals without a reading: an empty row with status missing, or no row'
            cand --account 'The account [default: the provider''s only one]'
            cand --jobs 'Requests at once'
            cand --format 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml'
            cand -o 'Write to a file, whose ending names the format'
            cand --output 'Write to a file, whose ending names the format'
            cand --fields 'The members to write, in this order'
            cand --tz 'The time zone of every time that is read and written'
            cand --all 'Every meter of every space'
            cand --force 'Replace an existing file'
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
        &'partnerlink;meter;verify'= {
            cand --device 'This meter; may be given several times'
            cand --space 'The main meter of this space; may be given several times'
            cand --from 'From this day (2026-10-25), month (2026-10) or instant on'
            cand --to 'Until before this day, month or instant [default: now]'
            cand --last 'The last 7d, 24h, …'
            cand --resolution 'resolution'
            cand --measurement 'measurement'
            cand --medium 'With --space: which of its main meters'
            cand --window 'Days that one request asks for'
            cand --account 'The account [default: the provider''s only one]'
            cand --jobs 'Requests at once'
            cand --format 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml'
            cand -o 'Write to a file, whose ending names the format'
            cand --output 'Write to a file, whose ending names the format'
            cand --fields 'The members to write, in this order'
            cand --tz 'The time zone of every time that is read and written'
            cand --all 'Every meter of every space'
            cand --complete 'Show days without gaps as well'
            cand --force 'Replace an existing file'
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
        &'partnerlink;meter;plot'= {
            cand --device 'This meter; may be given several times'
            cand --space 'The main meter of this space; may be given several times'
            cand --from 'From this day (2026-10-25), month (2026-10) or instant on'
            cand --to 'Until before this day, month or instant [default: now]'
            cand --last 'The last 7d, 24h, …'
            cand --resolution 'resolution'
            cand --measurement 'measurement'
            cand --medium 'With --space: which of its main meters'
            cand --window 'Days that one request asks for'
            cand --view 'The pictures [default: a curve for up to eight days, else a heat map; a file gets all]'
            cand -o 'Write a picture: .svg or .html'
            cand --output 'Write a picture: .svg or .html'
            cand --tz 'The time zone of every time that is read and shown'
            cand --account 'The account [default: the provider''s only one]'
            cand --jobs 'Requests at once'
            cand --all 'Every meter of every space'
            cand --ascii 'Only characters that every terminal has'
            cand --force 'Replace an existing file'
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
        &'partnerlink;meter;export'= {
            cand --device 'This meter; may be given several times'
            cand --space 'The main meter of this space; may be given several times'
            cand --from 'From this day (2026-10-25), month (2026-10) or instant on'
            cand --to 'Until before this day, month or instant [default: now]'
            cand --last 'The last 7d, 24h, …'
            cand --resolution 'resolution'
            cand --measurement 'measurement'
            cand --medium 'With --space: which of its main meters'
            cand --window 'Days that one request asks for'
            cand --out 'The folder; made if it is missing'
            cand --gaps 'Intervals without a reading: an empty row with status missing, or no row'
            cand --account 'The account [default: the provider''s only one]'
            cand --jobs 'Requests at once'
            cand --format 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml'
            cand -o 'Write to a file, whose ending names the format'
            cand --output 'Write to a file, whose ending names the format'
            cand --fields 'The members to write, in this order'
            cand --tz 'The time zone of every time that is read and written'
            cand --all 'Every meter of every space'
            cand --force 'Replace an existing file'
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
        &'partnerlink;meter;push'= {
            cand --timestamp-unit 'How numbers in the column timestamp count, and how they are sent'
            cand --chunk 'Readings in one request'
            cand --account 'The account [default: the provider''s only one]'
            cand --jobs 'Requests at once'
            cand --dry-run 'Check the file and send nothing'
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
        &'partnerlink;meter;help'= {
            cand spaces 'List buildings, flats and sites'
            cand devices 'List the meters of one space, or of all'
            cand customers 'List customers'
            cand whoami 'Show which partner the account belongs to'
            cand readings 'Print readings (Lastgang): quarter hours, hours or days of any number of meters'
            cand verify 'Count the missing readings of each day; exit 0 also when there are gaps'
            cand plot 'Draw readings: load curve, heat map of a month, duration curve, key figures'
            cand export 'Write a file for each meter and month; goes on where it stopped'
            cand push 'Hand in readings from a CSV file'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'partnerlink;meter;help;spaces'= {
        }
        &'partnerlink;meter;help;devices'= {
        }
        &'partnerlink;meter;help;customers'= {
        }
        &'partnerlink;meter;help;whoami'= {
        }
        &'partnerlink;meter;help;readings'= {
        }
        &'partnerlink;meter;help;verify'= {
        }
        &'partnerlink;meter;help;plot'= {
        }
        &'partnerlink;meter;help;export'= {
        }
        &'partnerlink;meter;help;push'= {
        }
        &'partnerlink;meter;help;help'= {
        }
        &'partnerlink;timber'= {
            cand --sandbox 'Use the sandbox: both providers in miniature, on this machine'
            cand --json 'JSON on stdout, and errors as JSON on stderr'
            cand -v 'Say what happens, for sharing with support: never a secret'
            cand --verbose 'Say what happens, for sharing with support: never a secret'
            cand -q 'Nothing on stderr but warnings and errors'
            cand --quiet 'Nothing on stderr but warnings and errors'
            cand --no-input 'Never ask; say which flag is missing instead'
            cand -h 'Print help'
            cand --help 'Print help'
            cand user 'Show who signed in; works with any scope'
            cand woodlists 'List wood lists (Holzlisten); needs the scope woodlist'
            cand aggregations 'List log piles (Polter); needs the scope aggregation'
            cand plot 'Draw log piles: a map by volume, and Fm by status or wood list'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'partnerlink;timber;user'= {
            cand --account 'The account [default: the provider''s only one]'
            cand --jobs 'Requests at once'
            cand --format 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml'
            cand -o 'Write to a file, whose ending names the format'
            cand --output 'Write to a file, whose ending names the format'
            cand --fields 'The members to write, in this order'
            cand --tz 'The time zone of every time that is read and written'
            cand --force 'Replace an existing file'
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
        &'partnerlink;timber;woodlists'= {
            cand --business-year 'Only of this business year'
            cand --base-area 'Only of this base area'
            cand --search 'Only what this text is found in'
            cand --sort 'sort'
            cand --page 'Only this page of 100 entries, counted from 1'
            cand --account 'The account [default: the provider''s only one]'
            cand --jobs 'Requests at once'
            cand --format 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml'
            cand -o 'Write to a file, whose ending names the format'
            cand --output 'Write to a file, whose ending names the format'
            cand --fields 'The members to write, in this order'
            cand --tz 'The time zone of every time that is read and written'
            cand --descending 'The last first'
            cand --force 'Replace an existing file'
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
        &'partnerlink;timber;aggregations'= {
            cand --page 'Only this page of 100 entries, counted from 1'
            cand --account 'The account [default: the provider''s only one]'
            cand --jobs 'Requests at once'
            cand --format 'table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml'
            cand -o 'Write to a file, whose ending names the format'
            cand --output 'Write to a file, whose ending names the format'
            cand --fields 'The members to write, in this order'
            cand --tz 'The time zone of every time that is read and written'
            cand --force 'Replace an existing file'
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
        &'partnerlink;timber;plot'= {
            cand --view 'The pictures [default: both]'
            cand --by 'What piles are put together by'
            cand -o 'Write a picture: .svg or .html'
            cand --output 'Write a picture: .svg or .html'
            cand --account 'The account [default: the provider''s only one]'
            cand --jobs 'Requests at once'
            cand --ascii 'Only characters that every terminal has'
            cand --force 'Replace an existing file'
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
        &'partnerlink;timber;help'= {
            cand user 'Show who signed in; works with any scope'
            cand woodlists 'List wood lists (Holzlisten); needs the scope woodlist'
            cand aggregations 'List log piles (Polter); needs the scope aggregation'
            cand plot 'Draw log piles: a map by volume, and Fm by status or wood list'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'partnerlink;timber;help;user'= {
        }
        &'partnerlink;timber;help;woodlists'= {
        }
        &'partnerlink;timber;help;aggregations'= {
        }
        &'partnerlink;timber;help;plot'= {
        }
        &'partnerlink;timber;help;help'= {
        }
        &'partnerlink;api'= {
            cand -X 'The method [default: GET, or POST where something is sent]'
            cand --method 'The method [default: GET, or POST where something is sent]'
            cand -f 'A text field: into the query of a GET, else into the JSON body'
            cand --field 'A text field: into the query of a GET, else into the JSON body'
            cand -F 'A JSON field, as limit:=5 or ids:=''["a"]'''
            cand --json-field 'A JSON field, as limit:=5 or ids:=''["a"]'''
            cand -H 'One more header'
            cand --header 'One more header'
            cand --input 'Send this file as it is; - is standard input'
            cand --jq 'Apply a filter in the language of jq'
            cand --paginate 'Fetch every page, one JSON answer on each line'
            cand -i 'Print status and headers as well'
            cand --include 'Print status and headers as well'
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
            cand meter 'Energy meters at Zählerfreunde: spaces, devices, readings (Lastgang), pictures'
            cand timber 'Wood lists (Holzlisten) and log piles (Polter) at TimberData'
            cand api 'Call a data endpoint by its path, with a valid token'
            cand provider 'See the providers and what is configured for them'
            cand config 'Find the configuration file and what it decides'
            cand sandbox 'Run both providers in miniature, for trying out programs against them'
            cand demo 'See everything in seconds: both sign-ins, data, pictures, a refresh, and a copied token'
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
        &'partnerlink;help;meter'= {
        }
        &'partnerlink;help;timber'= {
        }
        &'partnerlink;help;api'= {
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
