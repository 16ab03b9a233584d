"""Reads a script from its file, and says on which line it is wrong."""

import re
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from hello_llm.contract import UsageError
from hello_llm.files.reading import read_file
from hello_llm.providers.mock import values
from hello_llm.providers.mock.faults import FAULTS, OF_THE_PROGRAM, OF_THE_WIRE
from hello_llm.providers.mock.script import Reply, Rule, Script
from hello_llm.providers.mock.values import UnfitError
from hello_llm.toml_file.positions import Position, Trail, nearest
from hello_llm.toml_file.reading import UnreadableError, read_toml

VERSION = 1

_Checks = Mapping[str, Callable[[Any], Any]]
_TOP: _Checks = {
    "version": values.version(VERSION),
    "time": values.one_of("real", "virtual"),
    "rule": values.tables,
}
_MATCH: _Checks = {
    "name": values.name,
    "contains": values.name,
    "regex": values.pattern,
    "system": values.name,
    "model": values.name,
    "turn": values.whole(1),
    "optional": values.boolean,
}
_REPLY: _Checks = {
    "text": values.text,
    "chunks": values.texts,
    "reasoning": values.text,
    "tool_calls": values.tool_calls,
    "finish_reason": values.one_of("stop", "length", "tool_calls", "content_filter"),
    "usage": values.usage,
    "chunk_delay": values.number(0, 86400),
    "fault": values.name,
    "after_chunks": values.whole(0),
    "times": values.whole(0),
    "probability": values.number(0, 1),
    "seed": values.whole(None),
}
_SEQUENCE: _Checks = {"replies": values.tables, "then": values.one_of("repeat", "error")}
_OF_FAULT = ("after_chunks", "times", "probability", "seed")


def read_script(path: Path) -> Script:
    """Return the script in the file `path`.

    Raises:
        UsageError: the file cannot be read, or is no script; the message names the line.
    """
    try:
        data, positions = read_toml(read_file(path))
    except UnreadableError as error:
        raise _error(path, error.position, str(error), error.hint) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(
            f"cannot read the script {path}: {reason}",
            "name a file that can be read: --script FILE",
        ) from None
    return _Reader(path, positions).script(data)


class _Reader:
    """Turns the tables of one file into a script."""

    def __init__(self, path: Path, positions: Mapping[Trail, Position]) -> None:
        self._path = path
        self._positions = positions

    def script(self, data: dict[str, Any]) -> Script:
        checked = self._checked(data, _TOP, ())
        if "version" not in checked:
            raise self._wrong(
                ("version",), "there is no version", f"write as the first line: version = {VERSION}"
            )
        if not checked.get("rule"):
            raise self._wrong(("rule",), "there is no rule", "a rule begins with [[rule]]")
        rules: dict[str, Rule] = {}
        for number, table in enumerate(checked["rule"]):
            trail = ("rule", str(number))
            rule = self._rule(table, trail)
            if rule.name in rules:
                raise self._wrong(
                    (*trail, "name"),
                    f"there are two rules {rule.name!r}",
                    f"the other one is on line {rules[rule.name].line}; rename one",
                )
            rules[rule.name] = rule
        return Script(self._path, checked.get("time", "real"), tuple(rules.values()))

    def _rule(self, table: dict[str, Any], trail: Trail) -> Rule:
        said = self._checked(table, {**_MATCH, **_REPLY, **_SEQUENCE}, trail)
        if "name" not in said:
            raise self._wrong(trail, "a rule has no name", 'name = "…"')
        replies = self._replies(said, trail)
        matching = {key: said[key] for key in said if key in _MATCH or key == "then"}
        position = nearest(self._positions, trail)
        return Rule(**matching, line=position.line if position else 1, replies=replies)

    def _replies(self, said: dict[str, Any], trail: Trail) -> tuple[Reply, ...]:
        own = {key: said[key] for key in _REPLY if key in said}
        if "replies" not in said:
            return (self._reply(own, trail),)
        for key in own:
            raise self._wrong(
                (*trail, key),
                f"{key} cannot stand beside replies",
                f"write {key} into each of the replies",
            )
        if not said["replies"]:
            raise self._wrong((*trail, "replies"), "replies is empty", "leave it out")
        trails = [(*trail, "replies", str(number)) for number in range(len(said["replies"]))]
        return tuple(
            self._reply(self._checked(table, _REPLY, where), where)
            for table, where in zip(said["replies"], trails, strict=True)
        )

    def _reply(self, said: dict[str, Any], trail: Trail) -> Reply:
        if "text" in said and "chunks" in said:
            raise self._wrong((*trail, "chunks"), "text and chunks are two texts", "leave one out")
        text = said.pop("text", None)
        if text is not None:
            said["chunks"] = values.words(text)
        if "fault" not in said:
            for key in _OF_FAULT:
                if key in said:
                    raise self._wrong((*trail, key), f"{key} needs a fault", 'fault = "503"')
            return Reply(**said)
        name = said["fault"]
        if name not in FAULTS:
            raise self._wrong((*trail, "fault"), *_no_such_fault(name))
        if FAULTS[name].brings_text and "chunks" in said:
            raise self._wrong(
                (*trail, "fault"), f"the fault {name!r} brings its own text", "leave out the text"
            )
        return Reply(**said)

    def _checked(self, table: dict[str, Any], checks: _Checks, trail: Trail) -> dict[str, Any]:
        checked = {}
        for key, given in table.items():
            if key not in checks:
                raise self._wrong((*trail, key), f"unknown key {key!r}", _known(key, checks))
            try:
                checked[key] = checks[key](given)
            except UnfitError as error:
                raise self._wrong((*trail, key, *error.trail), f"{key} {error}") from None
        return checked

    def _wrong(self, trail: Trail, message: str, hint: str | None = None) -> UsageError:
        return _error(self._path, nearest(self._positions, trail), message, hint)


def _error(path: Path, position: Position | None, message: str, hint: str | None) -> UsageError:
    place = f"{path}" if position is None else f"{path}, {position}"
    return UsageError(f"{place}: {message}", hint)


_SOME = f"such as {', '.join(list(FAULTS)[:5])}, …"


def _known(key: str, known: Collection[str]) -> str:
    near = get_close_matches(key, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"what may stand here: {', '.join(known)}"


def _no_such_fault(name: str) -> tuple[str, str]:
    if re.split(r"\.", name)[0] in OF_THE_PROGRAM:
        return (
            f"the fault {name!r} happens to the program and not to a server",
            "no script can play it; see the table of faults in the documentation",
        )
    if re.split(r"\.", name)[0] in OF_THE_WIRE:
        return (
            f"the fault {name!r} is about the bytes that a server sends",
            "no script can play it; see the table of faults in the documentation",
        )
    status = name[:3]
    near = [fault for fault in FAULTS if status.isdigit() and fault.startswith(status)]
    near = get_close_matches(name, near or FAULTS, n=1) or near
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else _SOME
    return f"there is no fault {name!r}", hint
