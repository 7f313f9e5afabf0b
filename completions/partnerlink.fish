# Completion of partnerlink for fish. It asks the program, which knows the accounts.

function __partnerlink_answers
    set -l before (commandline --current-process --tokenize --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor | string replace --regex '^["\']' '')
    for answer in (command partnerlink completions fish -- $before "$current" 2>/dev/null)
        if test "$answer" = :files
            set -l option (string match --regex -- '^--[^=]*=' "$current")
            for path in (__fish_complete_path (string replace --regex -- '^--[^=]*=' '' "$current"))
                echo -- "$option$path"
            end
        else
            echo -- $answer
        end
    end
end

complete --command partnerlink --no-files --keep-order --arguments '(__partnerlink_answers)'
