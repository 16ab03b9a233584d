"""Answers a shell's question what may follow, in the form that its script reads.

The first line of an answer is ``files`` if the shell should complete the name of a file, else
``values``; then follow the values, one on each line.
"""

import re
from collections.abc import Sequence

from hello_llm.cli.completion.candidates import OPEN, Files
from hello_llm.cli.completion.line import understand
from hello_llm.cli.completion.offer import offer_for
from hello_llm.cli.completion.words import Word, split
from hello_llm.contract import UsageError

_NOT_BARE = re.compile(r"[^\w@%+=:,./-]")
_NOT_IN_DOUBLE_QUOTES = re.compile(r'[\\"$`]')


def answer(question: Sequence[str]) -> str:
    """Return the answer to the `question` of a script: its shell, and what is on the line.

    Raises:
        UsageError: no script of ours asks that.
    """
    match question:
        case ["bash", breaks, text]:
            lines = _for_bash(breaks, text)
        case ["zsh", *before, current]:
            lines = _for_zsh(before, current)
        case ["fish", *before, current]:
            lines = _for_fish(before, current)
        case _:
            reason = "only the completion script of a shell asks that"
            raise UsageError(reason, "hello-llm --install-completion SHELL")
    return "".join(f"{line}\n" for line in lines)


def _for_bash(breaks: str, text: str) -> list[str]:
    """Answer for the command line `text` up to the cursor.

    Bash replaces the word from its last break character on, and takes values as they are. The
    first line is ``open`` if the only value is not the whole word.
    """
    _, *before, word = split(text, breaks)
    if word.redirects:
        return ["files"]
    line = understand([one.text for one in before if not one.redirects], word.text)
    found = offer_for(line)
    if isinstance(found, Files):
        return ["files"]
    values = [_bash_quoted(f"{line.kept}{one.value}"[word.settled :], word) for one in found]
    is_open = len(values) == 1 and values[0].endswith(OPEN)
    return ["open" if is_open else "values", *values]


def _bash_quoted(value: str, word: Word) -> str:
    match word.quote:
        case "'":
            return value.replace("'", r"'\''")
        case '"':
            return _NOT_IN_DOUBLE_QUOTES.sub(r"\\\g<0>", value)
    return _NOT_BARE.sub(r"\\\g<0>", value)


def _for_zsh(before: Sequence[str], current: str) -> list[str]:
    """Answer for words without quotes.

    The first line also has the number of characters in the current word before its value. A value
    is in the form ``VALUE:SUMMARY``, with ``+`` in front if it is not the whole word, else ``-``.
    """
    line = understand(before, current)
    found = offer_for(line)
    if isinstance(found, Files):
        return [f"files {len(line.kept + found.after)}"]
    values = (
        f"{'+' if one.value.endswith(OPEN) else '-'}{_zsh_escaped(one.value)}:{one.summary}"
        for one in found
    )
    return [f"values {len(line.kept)}", *(value.removesuffix(":") for value in values)]


def _zsh_escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(":", "\\:")


def _for_fish(before: Sequence[str], current: str) -> list[str]:
    """Answer for words without quotes, but for those of the current one.

    A value is a whole word, with a tab before its summary.
    """
    *_, word = split(current)
    line = understand(before, word.text)
    found = offer_for(line)
    if isinstance(found, Files):
        return ["files"]
    return ["values", *(f"{line.kept}{one.value}\t{one.summary}" for one in found)]
