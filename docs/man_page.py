"""Writes the manual page of the program, from what its commands say about themselves."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from docs.reference import Command, Parameter, commands
from hello_llm import ExitCode, __version__
from hello_llm.cli.sections import ARGUMENTS, OPTIONS

_CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"
_DESCRIPTION = """
hello-llm sends a prompt to a language model and shows the answer. The model's prefix names its
vendor, as in openai/gpt-4o-mini, ollama/qwen2.5:0.5b or local/smollm2; without a model, a built-in
mock answers.

The answer goes to standard output, and everything else to standard error. The exit status says what
happened: an answer that was cut off is never a success.

Only the options and the profile in the configuration file decide what is sent. Keys come from the
environment, and only from the variable that the profile or the vendor names.

hello-llm help COMMAND shows the part of this page that is about one command.
"""
_FILES = {
    "~/.config/hello-llm/config.toml": "The configuration file, on Linux; hello-llm config path"
    " tells where it is elsewhere, and hello-llm config init writes it.",
    "~/.local/state/hello-llm/ledger.sqlite3": "The ledger that hello-llm spend reads, on Linux.",
    "$XDG_RUNTIME_DIR/hello-llm/": "The socket of the warm process; without a runtime folder, it"
    " is in /tmp/hello-llm-UID.",
}
_ENVIRONMENT = {
    "OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, ...": "The key for the vendor's own"
    " address. --api-key-env and the configuration file can name another variable.",
    "NO_COLOR": "If set and not empty, there is no colour.",
    "TERM": "If it is dumb or unknown, the answer is not rendered.",
    "COLUMNS, LINES": "The size of the terminal, if it is not what the terminal says.",
    "XDG_CONFIG_HOME": "The folder that has the configuration file in hello-llm/.",
    "XDG_STATE_HOME": "The folder that has the ledger in hello-llm/.",
    "XDG_RUNTIME_DIR": "The folder that has the socket of the warm process in hello-llm/.",
}
_IGNORED = "Other variables, such as those that set a proxy or a vendor's address, are ignored."
_SEE_ALSO = "hello-llm help lists all commands, and hello-llm help exit-codes what each code means."


def man_page() -> str:
    """Return the page in the macros of man(7)."""
    everything = list(commands())
    program, *others = everything
    summary = program.paragraphs[0].removesuffix(".")
    blocks = [
        '.\\" Written by docs/generate.py.',
        f'.TH HELLO\\-LLM 1 "{_release_date()}" "{_text(f"hello-llm {__version__}")}"',
        ".nh\n.ad l",  # addresses and flags must not be torn
        _section("NAME", [_text(f"hello-llm - {summary[:1].lower()}{summary[1:]}")]),
        _section("SYNOPSIS", _synopsis(everything)),
        _section("DESCRIPTION", _paragraphs(_DESCRIPTION.strip().split("\n\n"))),
        _section("OPTIONS", _options(program)),
        _section("COMMANDS", [line for command in others for line in _command(command)]),
        _section("EXAMPLES", _examples(everything)),
        _section("EXIT STATUS", _definitions((str(int(one)), one.meaning) for one in ExitCode)),
        _section("FILES", _definitions(_FILES.items())),
        _section("ENVIRONMENT", [*_definitions(_ENVIRONMENT.items()), ".PP", _text(_IGNORED)]),
        _section("SEE ALSO", [_text(_SEE_ALSO)]),
    ]
    return "\n".join(blocks) + "\n"


def _release_date() -> str:
    """Return the date of this version in the changelog; empty as long as it is unreleased."""
    heading = rf"^## \[{re.escape(__version__)}\] - (\d{{4}}-\d\d-\d\d)$"
    released = re.search(heading, _CHANGELOG.read_text(encoding="utf-8"), re.MULTILINE)
    return released[1] if released else ""


def _text(text: str) -> str:
    """Return `text` with nothing in it that is a command or an escape sequence."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def _bold(text: str) -> str:
    return f"\\fB{_text(text)}\\fR"


def _section(title: str, lines: Iterable[str]) -> str:
    return f".SH {title}\n" + "\n".join(lines).removeprefix(".PP\n")


def _paragraphs(paragraphs: Iterable[str]) -> Iterator[str]:
    for paragraph in paragraphs:
        yield from (".PP", _text(paragraph))


def _definitions(definitions: Iterable[tuple[str, str]]) -> Iterator[str]:
    for term, text in definitions:
        yield from (".TP", _bold(term), _text(text))


def _synopsis(everything: Iterable[Command]) -> Iterator[str]:
    yield ".nf"
    for command in everything:
        if ARGUMENTS in command.sections or not command.below:
            yield _usage(command)
    yield ".fi"


def _usage(command: Command) -> str:
    return _bold(command.name) + _text(command.usage.removeprefix(command.name))


def _command(command: Command) -> Iterator[str]:
    summary, *more = command.paragraphs
    yield from (f".SS {_text(command.name)}", _text(summary))
    yield from _paragraphs(more)
    yield from (".PP", _usage(command))
    yield from _options(command)


def _options(command: Command) -> Iterator[str]:
    for title, parameters in command.sections.items():
        if title not in {ARGUMENTS, OPTIONS}:
            yield from (".PP", f"{_text(title)}:")
        for parameter in parameters:
            yield from (".TP", _forms(parameter), _text(parameter.help))


def _forms(parameter: Parameter) -> str:
    value = f" \\fI{_text(parameter.value)}\\fR" if parameter.value else ""
    return ", ".join(_bold(name) + value for name in parameter.names)


def _examples(everything: Iterable[Command]) -> Iterator[str]:
    """Yield those of the program and of its commands, without those of subcommands."""
    shown: set[str] = set()
    for command in everything:
        for example in command.examples:
            if command.name.count(" ") < 2 and example.line not in shown:
                shown.add(example.line)
                yield from (".PP", _text(f"{example.does}:"))
                yield from (".PP", ".RS 4", ".nf", _text(example.line), ".fi", ".RE")
