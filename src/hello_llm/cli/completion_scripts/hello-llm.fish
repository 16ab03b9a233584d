# Completion of hello-llm for fish.

function __hello_llm_ask
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace --regex '^~' "$HOME" $words[1])
    set -l answer ($program __complete fish $words[2..] "$current" 2>/dev/null)
    set -g __hello_llm_values $answer[2..]
    test "$answer[1]" != files
end

complete --command hello-llm --condition __hello_llm_ask --no-files --arguments '$__hello_llm_values'
