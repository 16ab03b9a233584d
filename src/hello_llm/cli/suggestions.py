"""Turns errors of the command line into ours, with what was probably meant as the hint."""

import shlex
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from hello_llm.cli.parser import COMMANDS
from hello_llm.contract import UsageError
from hello_llm.settings.fields import FIELDS

_MOST = 2
"""The most options that a hint suggests."""
_NEAR = 0.6


def explain(found: Any, arguments: Sequence[str]) -> UsageError:  # noqa: ANN401 - Typer's classes are private
    """Return our error for Typer's error `found` about `arguments`."""
    context = getattr(found, "ctx", None)
    command = "hello-llm"
    if context is not None:
        command = context.command_path
    elif not arguments[0].startswith("-"):  # there is no context if an option lacks its value
        command += f" {arguments[0]}"
    option = getattr(found, "option_name", None)
    if context is not None and isinstance(option, str) and hasattr(found, "possibilities"):
        return _unknown_option(option, context, command)
    sentence = found.format_message().rstrip(".")
    sentence = sentence[:1].lower() + sentence[1:]
    if context is not None and context.parent is None and sentence.startswith("no such command"):
        return _unknown_command(arguments)
    return UsageError(sentence, f"{command} --help")


def _unknown_command(arguments: Sequence[str]) -> UsageError:
    """Explain a first word that is no command: a misspelt one, or a prompt."""
    word = arguments[0]
    near = _nearest(word, COMMANDS)
    hint = " or ".join(f"hello-llm {name}" for name in near)
    return UsageError(
        f"there is no command {shlex.quote(word)}",
        hint or f"hello-llm chat {shlex.join(arguments)}",
    )


def _unknown_option(option: str, context: Any, command: str) -> UsageError:  # noqa: ANN401 - see above
    parameters = context.command.get_params(context)
    known = [name for one in parameters for name in (*one.opts, *one.secondary_opts)]
    near = _nearest(option, [name for name in known if name.startswith("--")])
    hint = " or ".join(near) or f"{command} --help"
    key = option.removeprefix("--").replace("-", "_")
    if key in FIELDS and FIELDS[key].flag is None:
        hint = f"{key} is set in the file: hello-llm config set {key} VALUE"
    takes_prompt = any(one.name == "prompt" for one in parameters)
    if takes_prompt and not (near or option.startswith("--")):
        hint = f"{command} -- {option}…   if that begins the prompt"
    return UsageError(f"there is no option {shlex.quote(option)}", hint)


def _nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return the names that `word` begins, or else those that are similar to it."""
    names = list(known)
    begun = sorted(name for name in names if len(word) > len("--") and name.startswith(word))
    return (begun or get_close_matches(word, names, cutoff=_NEAR))[:_MOST]
