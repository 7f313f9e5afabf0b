# Completion of partnerlink for elvish. It asks the program, which knows the accounts.

use str

set edit:completion:arg-completer[partnerlink] = {|@words|
    try {
        for answer [(e:partnerlink completions elvish -- $@words 2>/dev/null | from-lines)] {
            if (eq $answer ':files') {
                edit:complete-filename $words[-1]
            } else {
                var parts = [(str:split "\t" $answer)]
                if (> (count $parts) 1) {
                    edit:complex-candidate $parts[0] &display=$parts[0]'  '$parts[1]
                } else {
                    put $answer
                }
            }
        }
    } catch {
        nop
    }
}
