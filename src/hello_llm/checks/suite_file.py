"""Parses the text of a suite into checks, and reports every problem in it."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from hello_llm.checks.assertions.table import ASSERTIONS, Expectation
from hello_llm.checks.suite import Check, CheckModel, Suite
from hello_llm.checks.suite_keys import (
    CHECK_KEYS,
    DEFAULT_KEYS,
    KINDS,
    SETTING_KEYS,
    messages_of,
)
from hello_llm.contract import ExitCode, Message, UsageError
from hello_llm.files.reading import read_text, reason_of
from hello_llm.judge.pool import Judges
from hello_llm.judge.rules import can_be_validated
from hello_llm.settings.field import DOLLARS
from hello_llm.text import phrases
from hello_llm.toml_file.checker import Checker
from hello_llm.toml_file.document import Document, parse
from hello_llm.toml_file.header_kinds import layered
from hello_llm.toml_file.positions import Trail
from hello_llm.toml_file.problems import Problem, in_order

VERSION = 1

_TOP_LEVEL = ("version", "max_cost", "defaults", "check")
_PROMPTS = ("prompt", "prompt_file", "messages")


def check_suite(
    path: Path, content: bytes, check_model: CheckModel, judges: Judges
) -> tuple[Suite, tuple[Problem, ...]]:
    """Return the suite in `content` and every problem in it, from top to bottom.

    Args:
        path: the suite file; the paths in it are relative to its folder.
        content: the bytes of the file.
        check_model: validates each model name.
        judges: the judge processes that validate regular expressions and schemas.

    Raises:
        UsageError: no judge process can be started.
    """
    document = parse(content)
    if document.problem is not None:
        return Suite(path, ()), (document.problem,)
    checker = _SuiteChecker(document, path.parent, check_model)
    checks = checker.checks() if checker.version(VERSION) else ()
    suite = Suite(path, checks, checker.max_cost())
    checker.validate_slow_values(judges)
    return suite, in_order(checker.problems)


class _SuiteChecker(Checker):
    """Parses a document into checks."""

    def __init__(self, document: Document, folder: Path, check_model: CheckModel) -> None:
        super().__init__(document)
        self._unvalidated: list[tuple[Expectation, Trail]] = []
        self._folder = folder
        self._check_model = check_model

    def checks(self) -> tuple[Check, ...]:
        """Return the valid checks."""
        self.only_known(self.data, _TOP_LEVEL, ())
        defaults = self.table(self.data, "defaults", (), "[defaults]")
        known = self._settings(defaults, ("defaults",), DEFAULT_KEYS)
        tables = self.tables(self.data, "check", (), "begin each with [[check]]")
        if not tables and not self.problems:
            self.note("there is no check in it", "a check begins with [[check]]", ())
        found = [self._check(table, number, known) for number, table in enumerate(tables)]
        self._only_once([check.name for check in found])
        return tuple(found)

    def validate_slow_values(self, judges: Judges) -> None:
        """Let `judges` validate values that could take forever, and note the problems found."""
        items = [(one.name, one.value) for one, _ in self._unvalidated]
        found = zip(self._unvalidated, judges.validate(items), strict=False)
        for (expectation, trail), wrong in found:
            if wrong is not None:
                reason = phrases.printable(wrong[0])
                hint = wrong[1] if wrong[1:] else None
                self.note(f"{expectation.name}{self.where(trail[:-1])} {reason}", hint, trail)

    def max_cost(self) -> float | None:
        """Return the cost limit of the suite in US dollars, if it sets one."""
        return self.values(self.data, {"max_cost": DOLLARS}, ()).get("max_cost")

    def _only_once(self, names: list[str]) -> None:
        for number, name in enumerate(names):
            if name and (first := names.index(name)) != number:
                line = self.line(("check", str(first)))
                message = f"there are two checks called {phrases.quoted(name)}"
                hint = f"the other is on line {line}; each check needs its own name"
                self.note(message, hint, ("check", str(number), "name"))

    def _check(self, table: Mapping[str, Any], number: int, defaults: Mapping[str, Any]) -> Check:
        trail = ("check", str(number))
        values = layered(defaults, self._settings(table, trail, CHECK_KEYS))
        if "model" in table and "models" not in table:
            values.pop("models", None)
        if _lacks(table, "name"):
            self.note("this check has no name", 'name = "what it checks"', trail)
        repeat = values.get("repeat", 1)
        needed = values.get("pass", repeat)
        if needed > repeat:
            self.note(
                f"pass = {needed} is more than repeat = {repeat}{self.where(trail)}",
                f"repeat = {needed}, or a smaller pass",
                (*trail, "pass"),
            )
        expectations = self._expectations(table, trail)
        if _lacks(table, "expect", "expect_error"):
            message = f"nothing is expected{self.where(trail)}"
            self.note(message, 'expect = { contains = "…" }', trail)
        model = values.get("model")
        return Check(
            name=values.get("name", ""),
            line=self.line(trail) or 1,
            messages=self._messages(table, values, trail),
            expectations=expectations,
            expect_error=ExitCode[values["expect_error"]] if "expect_error" in values else None,
            models=values.get("models") or (() if model is None else (model,)),
            repeat=repeat,
            needed=needed,
            quarantined=values.get("quarantine", False),
            tags=values.get("tags", ()),
            exec_env=values.get("exec_env", ()),
            profile=values.get("profile"),
            settings={key: values[key] for key in SETTING_KEYS if key in values},
        )

    def _settings(
        self, table: Mapping[str, Any], trail: Trail, known: Collection[str]
    ) -> dict[str, Any]:
        """Return the valid values of a check or of ``[defaults]``."""
        self.only_known(table, known, trail)
        values = self.values(table, {key: KINDS[key] for key in known if key in KINDS}, trail)
        self.note_clashes(values, trail)
        if "script" in values:
            values["script"] = self._script(values["script"], (*trail, "script"))
        if "model" in values:
            self._look_at_model(values["model"], (*trail, "model"))
        for model in values.get("models", ()):
            self._look_at_model(model, (*trail, "models"))
        return values

    def _look_at_model(self, model: str, trail: Trail) -> None:
        try:
            self._check_model(model)
        except UsageError as error:
            self.note(error.message, error.hint, trail)

    def _messages(
        self, table: Mapping[str, Any], values: Mapping[str, Any], trail: Trail
    ) -> tuple[Message, ...]:
        if _lacks(table, *_PROMPTS):
            message = f"nothing is asked{self.where(trail)}"
            self.note(message, 'prompt = "…", prompt_file or messages', trail)
        given = [key for key in _PROMPTS if key in table]
        for _, second in pairwise(given):
            message = f"{given[0]} and {second} are both given{self.where(trail)}"
            self.note(message, "leave out one", (*trail, second))
        if "messages" in table:
            return self.checked(messages_of, table["messages"], (*trail, "messages")) or ()
        text = values.get("prompt", "")
        if "prompt_file" in values:
            text = self._file(values["prompt_file"], (*trail, "prompt_file"))
        return (Message("user", text),)

    def _file(self, name: str, trail: Trail) -> str:
        with self._noting_trouble(name, trail):
            return read_text(self._folder / name)
        return ""

    def _script(self, name: str, trail: Trail) -> str:
        """Return the path of a script, resolved against the folder of the suite."""
        path = self._folder / Path(name).expanduser()
        with self._noting_trouble(name, trail):
            path.stat()
        return str(path)

    @contextmanager
    def _noting_trouble(self, name: str, trail: Trail) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            self._note_absent(name, trail)
        except (OSError, ValueError) as error:
            reason = reason_of(error)
            shown = phrases.printable(str(self._folder / name))
            self.note(f"cannot read {shown}: {reason}", None, trail)

    def _note_absent(self, name: str, trail: Trail) -> None:
        near = phrases.nearest(name, sorted(path.name for path in self._folder.glob("*")))
        hint = "the path is relative to the folder of the suite"
        hint = f"did you mean {phrases.quoted(near)}?" if near else hint
        shown = phrases.printable(str(self._folder / name))
        self.note(f"there is no {trail[-1]} {shown}", hint, trail)

    def _expectations(self, table: Mapping[str, Any], trail: Trail) -> tuple[Expectation, ...]:
        below = (*trail, "expect")
        expect = table.get("expect", {})
        if not isinstance(expect, dict) or ("expect" in table and not expect):
            message = f"expect{self.where(trail)} must be a table with at least one assertion"
            self.note(message, 'expect = { contains = "…" }', below)
            return ()
        self.only_known(expect, ASSERTIONS, below)
        if expect and "expect_error" in table:
            message = f"both an answer and an error are expected{self.where(trail)}"
            self.note(message, "leave out expect or expect_error", (*trail, "expect_error"))
        found = []
        for name, given in expect.items():
            if name in ASSERTIONS:
                read = partial(ASSERTIONS[name].read, folder=self._folder)
                one = Expectation(name, self.checked(read, given, (*below, name)))
                if one.value is not None and can_be_validated(name):
                    self._unvalidated.append((one, (*below, name)))
                found.append(one)
        return tuple(found)


def _lacks(table: Mapping[str, Any], *keys: str) -> bool:
    """Return whether a check's `table` has none of `keys`, and no unknown key in their place."""
    return not any(key in keys or key not in CHECK_KEYS for key in table)
