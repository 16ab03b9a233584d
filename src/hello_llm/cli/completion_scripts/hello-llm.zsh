#compdef hello-llm
# Completion of hello-llm for zsh.

_hello_llm() {
    local line program=${(Q)words[1]}
    local -a answer whole open
    answer=("${(@f)$("${program/#\~/$HOME}" __complete zsh \
        "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    compset -p ${answer[1]#* } || return 1
    if [[ $answer[1] == files* ]]; then
        _files
        return
    fi
    for line in "${(@)answer[2,-1]}"; do
        case $line in
            +*) open+=("${line#+}") ;;
            -*) whole+=("${line#-}") ;;
        esac
    done
    _describe -t values value whole -- open -S ''
}

if [[ $funcstack[1] == _hello-llm ]]; then
    _hello_llm "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _hello_llm hello-llm
fi
