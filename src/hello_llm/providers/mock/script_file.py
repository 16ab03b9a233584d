"""Reads a script from its file, and checks all of it for problems."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from hello_llm.contract import ToolCall, UsageError
from hello_llm.files.reading import read_file, reason_of
from hello_llm.providers.mock.faults import FAULTS
from hello_llm.providers.mock.script import Reply, Rule, Script
from hello_llm.providers.mock.script_keys import (
    FAULT,
    MATCH,
    REPLY,
    TABLES,
    TOOL_CALL,
    TOP_LEVEL,
    USAGE,
)
from hello_llm.providers.mock.unplayable import OF_THE_PROGRAM, OF_THE_WIRE
from hello_llm.text import phrases
from hello_llm.toml_file.checker import Checked, Checker
from hello_llm.toml_file.document import parse
from hello_llm.toml_file.positions import Trail
from hello_llm.toml_file.problems import in_order, to_error

VERSION = 1

_WORD = re.compile(r"\s*\S+|\s+\Z")


def read_script(path: Path) -> Script:
    """Read the script in the file `path`.

    Raises:
        UsageError: the file cannot be read or is not a valid script; states the first problem.
    """
    try:
        document = parse(read_file(path))
    except (OSError, ValueError) as error:
        reason = reason_of(error)
        raise UsageError(
            f"cannot read the script {phrases.printable(str(path))}: {reason}",
            "name a file that can be read: --script FILE",
        ) from None
    if document.problem is not None:
        raise to_error(path, [document.problem])
    checker = _ScriptChecker(document)
    script = checker.script(path)
    if checker.problems:
        raise to_error(path, in_order(checker.problems))
    return script


class _ScriptChecker(Checker):
    """Checks a document and converts it to a script."""

    def script(self, path: Path) -> Script:
        """Return the valid part of the document as a script; `path` is its file."""
        if not self.version(VERSION):
            return Script(path, "real", ())
        top = self._known_values(self.data, TOP_LEVEL, ("version", *TOP_LEVEL, "rule"), ())
        tables = self.tables(self.data, "rule", (), "begin each with [[rule]]")
        if not tables and not self.problems:
            self.note("there is no rule", "a rule begins with [[rule]]", ("rule",))
        rules: dict[str, Rule] = {}
        for number, table in enumerate(tables):
            trail = ("rule", str(number))
            rule = self._rule(table, trail)
            if rule.name and rule.name in rules:
                hint = f"the other one is on line {rules[rule.name].line}; rename one"
                message = f"there are two rules {phrases.quoted(rule.name)}"
                self.note(message, hint, (*trail, "name"))
            rules.setdefault(rule.name, rule)
        return Script(path, top.get("time", "real"), tuple(rules.values()))

    def _rule(self, table: Mapping[str, Any], trail: Trail) -> Rule:
        known = (*MATCH, *REPLY, *TABLES, "replies")
        matching = self._known_values(table, MATCH, known, trail)
        if "name" not in table:
            self.note("a rule has no name", 'name = "…"', trail)
        replies = self._replies(table, trail)
        return Rule(**{"name": "", **matching}, line=self.line(trail) or 1, replies=tuple(replies))

    def _replies(self, table: Mapping[str, Any], trail: Trail) -> list[Reply]:
        if "replies" not in table:
            return [self._reply(table, trail)]
        for key in table:
            if key in REPLY or key in TABLES:
                message = f"{key} cannot be given beside replies{self.where(trail)}"
                self.note(message, f"write {key} into each of the replies", (*trail, key))
        tables = self.tables(table, "replies", trail)
        if table["replies"] == []:
            message = f"replies{self.where(trail)} is empty"
            self.note(message, "leave it out", (*trail, "replies"))
        replies = []
        for number, one in enumerate(tables):
            below = (*trail, "replies", str(number))
            self.only_known(one, (*REPLY, *TABLES), below)
            replies.append(self._reply(one, below))
        return replies

    def _reply(self, table: Mapping[str, Any], trail: Trail) -> Reply:
        values = self.values(table, REPLY, trail)
        self._check_fault(values, trail)
        text = values.pop("text", None)
        if text is not None and "chunks" in values:
            message = f"text and chunks are both given{self.where(trail)}"
            self.note(message, "leave one out", (*trail, "chunks"))
        if text is not None:
            values["chunks"] = tuple(_WORD.findall(text))
        usage = self.table(table, "usage", trail, "usage = { tokens_in = 12, tokens_out = 40 }")
        return Reply(
            **values,
            usage=self._known_values(usage, USAGE, USAGE, (*trail, "usage")),
            tool_calls=self._tool_calls(table, trail),
        )

    def _check_fault(self, values: Mapping[str, Any], trail: Trail) -> None:
        name = values.get("fault")
        if name is None:
            for key in FAULT:
                if key in values:
                    message = f"{key}{self.where(trail)} needs a fault"
                    self.note(message, 'fault = "503"', (*trail, key))
        elif name not in FAULTS:
            self.note(*_no_such_fault(name), (*trail, "fault"))
        elif FAULTS[name].brings_text and values.keys() & {"text", "chunks"}:
            message = f'the fault "{name}" brings its own text'
            self.note(message, "leave out the text", (*trail, "fault"))

    def _tool_calls(self, table: Mapping[str, Any], trail: Trail) -> tuple[ToolCall, ...]:
        calls = []
        for number, call in enumerate(self.tables(table, "tool_calls", trail)):
            below = (*trail, "tool_calls", str(number))
            values = self._known_values(call, TOOL_CALL, TOOL_CALL, below)
            for key in ("name", "arguments"):
                if key not in call:
                    message = f"a tool call{self.where(trail)} has no {key}"
                    self.note(message, f'{key} = "…"', below)
            calls.append(
                ToolCall(**{"id": f"call_{number + 1}", "name": "", "arguments": ""} | values)
            )
        return tuple(calls)

    def _known_values(
        self,
        table: Mapping[str, Any],
        kinds: Mapping[str, Checked],
        known: Collection[str],
        trail: Trail,
    ) -> dict[str, Any]:
        self.only_known(table, known, trail)
        return self.values(table, kinds, trail)


def _no_such_fault(name: str) -> tuple[str, str]:
    base, shown = name.partition(".")[0], phrases.quoted(name)
    elsewhere = "no script can play it; see the table of faults in the documentation"
    if base in OF_THE_PROGRAM:
        return f"the fault {shown} happens to the program, not to a server", elsewhere
    if base in OF_THE_WIRE:
        return f"the fault {shown} is about the bytes that a server sends", elsewhere
    status = name[:3]
    alike = [fault for fault in FAULTS if status.isdigit() and fault.startswith(status)]
    nearest = phrases.nearest(name, alike or FAULTS)
    meant = alike if nearest is None else [nearest]
    hint = f"such as {', '.join(list(FAULTS)[:5])}, …"
    if meant:
        hint = f"did you mean {phrases.listed(map(phrases.quoted, meant), 'or')}?"
    return f"there is no fault {shown}", hint
