# Completion of hello-llm for bash 4.4 and newer.

_hello_llm() {
    local -a answer
    mapfile -t answer < <(
        "${1/#\~/$HOME}" __complete bash "$COMP_WORDBREAKS" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null
    )
    COMPREPLY=("${answer[@]:1}")
    case ${answer[0]-} in
        files) compopt -o default ;;
        open) compopt -o nospace ;;
    esac
}

complete -F _hello_llm hello-llm
