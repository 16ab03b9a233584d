"""The commands of a conversation, which are never sent to the model."""

from collections.abc import Iterable
from difflib import get_close_matches
from enum import Enum, auto

from hello_llm.contract import UsageError


class Command(Enum):
    """What the person wants instead of an answer."""

    HELP = auto()
    """The list of keys and commands."""
    EXIT = auto()
    """The end of the conversation."""


_LISTED = {"/help": Command.HELP, "/exit": Command.EXIT}
_KNOWN = _LISTED | dict.fromkeys(("/quit", "/q", "/bye", "exit", "quit", ":q"), Command.EXIT)
"""Also what leaves other programs like this one."""
_AS_TEXT = "a space before it sends it as text"
_TEXT_RULE = "To send a line that starts with /, put a space before it."


def command_in(text: str) -> Command | None:
    """Return the command that `text` is, or ``None`` for text to send.

    A line that starts with a slash is a command, unless further lines follow. Other text is one
    only if it is nothing but the name of one.

    Raises:
        UsageError: there is no such command.
    """
    stripped = text.strip()
    starts = text.startswith("/") and "\n" not in stripped
    name = stripped.split()[0] if starts else stripped
    command = _KNOWN.get(name.lower())
    if command is not None or not starts:
        return command
    near = get_close_matches(name, _LISTED, n=1)
    known = f"did you mean {near[0]}?" if near else "/help lists the commands;"
    raise UsageError(f"there is no command {name}", f"{known} {_AS_TEXT}")


def help_text(keys: Iterable[tuple[str, str]]) -> str:
    """List the `keys` and the commands, and say how to send a text that looks like a command."""
    rows = [
        *keys,
        ("/help", "shows this list"),
        ("/exit", "leaves; so do /quit, exit, quit and :q"),
    ]
    width = max(len(name) for name, _ in rows)
    lines = [f"{name:{width}}  {does}" for name, does in rows]
    return "\n".join([*lines, _TEXT_RULE])
