# Completion of partnerlink for bash (3.2 and later). It asks the program, which knows the accounts.

_partnerlink() {
    local line=${COMP_LINE:0:COMP_POINT} words=() count=0 index word quote= current answer breaks skip=
    # bash divides words at : as well, and an account has one: what no blank divides is put together.
    for ((index = 0; index <= COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        if [[ $index = 0 || $line = [[:blank:]]* ]]; then
            line=${line#"${line%%[![:blank:]]*}"}
            words[count++]=
        fi
        # The last word ends at the cursor.
        [[ $line = "$word"* ]] || word=$line
        words[count - 1]+=$word
        line=${line:${#word}}
    done
    [[ ${words[count - 1]} != [\"\']* ]] || quote=yes
    current=${words[count - 1]#[\"\']} current=${current%[\"\']}
    for ((index = 0; index < count; index++)); do
        word=${words[index]}
        case $word in
            [\"\']*) word=${word#?} word=${word%[\"\']} ;;
            # As the shell reads it: "Strom\ V" is "Strom V".
            *) word=${word//\\/} ;;
        esac
        words[index]=$word
    done
    # What stands before the last : or = stays as it is, and is no part of the answer.
    breaks=${COMP_WORDBREAKS//[!:=]/}
    [[ -n $quote || -z $breaks || $current != *[$breaks]* ]] || skip=${current%"${current##*[$breaks]}"}

    COMPREPLY=()
    while IFS= read -r answer; do
        if [[ $answer = :files ]]; then
            compopt -o filenames 2>/dev/null
            while IFS= read -r word; do
                [[ -z $word ]] || COMPREPLY+=("$word")
            done <<<"$(compgen -f -- "${current#"$skip"}")"
        elif [[ -n $answer ]]; then
            answer=${answer%%$'\t'*}
            answer=${answer#"$skip"}
            # Inside quotes a blank stays as it is.
            [[ -n $quote || $answer != *[\ \'\"\(\)\&\;\$\*\?\<\>\|\[]* ]] || printf -v answer %q "$answer"
            COMPREPLY+=("$answer")
        fi
    done <<<"$(partnerlink completions bash -- "${words[@]}" 2>/dev/null)"
}

complete -o nosort -F _partnerlink partnerlink 2>/dev/null || complete -F _partnerlink partnerlink
