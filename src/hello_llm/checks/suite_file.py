"""Turns the text of a suite into checks, and finds everything that is wrong in it on the way."""

from collections.abc import Callable, Collection, Iterator, Mapping
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
    DOLLARS,
    KINDS,
    SETTING_KEYS,
    messages_of,
)
from hello_llm.contract import ExitCode, Message, UsageError
from hello_llm.files.reading import read_text
from hello_llm.judge.pool import Judges
from hello_llm.judge.rules import can_be_examined
from hello_llm.settings import FIELDS, phrases
from hello_llm.settings.kinds import UnfitError
from hello_llm.settings.problems import Problem, in_order
from hello_llm.settings.toml_text import Document, parse
from hello_llm.toml_file.positions import Trail, nearest

VERSION = 1

_PROMPTS = ("prompt", "prompt_file", "messages")


def examine(
    path: Path, content: bytes, check_model: CheckModel, judges: Judges
) -> tuple[Suite, tuple[Problem, ...]]:
    """Return the suite that `content` holds and every problem in it, from top to bottom.

    Args:
        path: the file; other files start from its folder.
        content: its bytes.
        check_model: looks at each name of a model.
        judges: examine regular expressions and schemas.

    Raises:
        UsageError: no judge process can be started.
    """
    document = parse(content)
    if document.problem is not None:
        return Suite(path, ()), (document.problem,)
    reader = _Reader(path.parent, document, check_model)
    suite = Suite(path, reader.checks(), reader.max_cost())
    reader.examine(judges)
    return suite, in_order(reader.problems)


class _Reader:
    """Reads one document."""

    def __init__(self, folder: Path, document: Document, check_model: CheckModel) -> None:
        self.problems: list[Problem] = []
        self._unexamined: list[tuple[Expectation, Trail, str]] = []
        self._folder = folder
        self._data = document.data
        self._positions = document.positions
        self._check_model = check_model

    def checks(self) -> tuple[Check, ...]:
        """Return the checks that are right; what is wrong is in :attr:`problems`."""
        version = self._data.get("version")
        if type(version) is not int or version != VERSION:
            said = "there is no version" if version is None else "this version is not known"
            self._note(said, f"write as the first line: version = {VERSION}", ("version",))
        self._only_known(self._data, ("version", "max_cost", "defaults", "check"), (), "")
        defaults = self._data.get("defaults", {})
        if not isinstance(defaults, dict):
            self._note("defaults must be a table", "[defaults]", ("defaults",))
            defaults = {}
        known = self._values(defaults, ("defaults",), DEFAULT_KEYS, " in [defaults]")
        tables = self._data.get("check", [])
        if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
            self._note("check must be a list of tables", "begin each with [[check]]", ("check",))
            return ()
        if not tables and not self.problems:
            self._note("there is no check in it", "a check begins with [[check]]", ())
        found = [self._check(table, number, known) for number, table in enumerate(tables)]
        self._only_once([check.name for check in found])
        return tuple(found)

    def examine(self, judges: Judges) -> None:
        """Let `judges` examine what can take for ever, and note what they find."""
        items = [(one.name, one.value) for one, _, _ in self._unexamined]
        found = zip(self._unexamined, judges.examine(items), strict=False)
        for (expectation, trail, where), wrong in found:
            if wrong is not None:
                reason = phrases.printable(wrong[0])
                hint = wrong[1] if wrong[1:] else None
                self._note(f"{expectation.name} {reason}{where}", hint, trail)

    def max_cost(self) -> float | None:
        """Return the US dollars that the suite may cost, if it says."""
        given = self._data.get("max_cost")
        return None if given is None else self._checked(DOLLARS.check, given, ("max_cost",), "")

    def _only_once(self, names: list[str]) -> None:
        for number, name in enumerate(names):
            if name and (first := names.index(name)) != number:
                line = self._line(("check", str(first)))
                message = f"there are two checks called {phrases.quoted(name)}"
                hint = f"the other is on line {line}; a name stands for one check"
                self._note(message, hint, ("check", str(number), "name"))

    def _check(self, table: Mapping[str, Any], number: int, defaults: Mapping[str, Any]) -> Check:
        trail = ("check", str(number))
        name = table.get("name")
        where = f" in check {phrases.quoted(name)}" if isinstance(name, str) else ""
        values = {**defaults, **self._values(table, trail, CHECK_KEYS, where)}
        if "model" in table and "models" not in table:
            values.pop("models", None)
        if _lacks(table, "name"):
            self._note("this check has no name", 'name = "what it checks"', trail)
        repeat = values.get("repeat", 1)
        needed = values.get("pass", repeat)
        if needed > repeat:
            self._note(
                f"pass = {needed} is more than repeat = {repeat}{where}",
                f"repeat = {needed}, or a smaller pass",
                (*trail, "pass"),
            )
        expectations = self._expectations(table, trail, where)
        if _lacks(table, "expect", "expect_error"):
            self._note(f"nothing is expected{where}", 'expect = { contains = "…" }', trail)
        model = values.get("model")
        return Check(
            name=values.get("name", ""),
            line=self._line(trail) or 1,
            messages=self._messages(table, values, trail, where),
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

    def _values(
        self, table: Mapping[str, Any], trail: Trail, known: Collection[str], where: str
    ) -> dict[str, Any]:
        """Return the values of `table` that are allowed; the others are noted."""
        self._only_known(table, known, trail, where)
        values: dict[str, Any] = {}
        for key, given in table.items():
            if key in known and key in KINDS:
                value = self._checked(KINDS[key].check, given, (*trail, key), where)
                if value is not None:
                    values[key] = value
        if "script" in values:
            values["script"] = self._script(values["script"], (*trail, "script"))
        for key in ("model", "models"):
            for model in [values[key]] if key == "model" and key in values else values.get(key, ()):
                self._look_at_model(model, (*trail, key))
        return values

    def _look_at_model(self, model: str, trail: Trail) -> None:
        try:
            self._check_model(model)
        except UsageError as error:
            self._note(error.message, error.hint, trail)

    def _messages(
        self, table: Mapping[str, Any], values: Mapping[str, Any], trail: Trail, where: str
    ) -> tuple[Message, ...]:
        if _lacks(table, *_PROMPTS):
            self._note(f"nothing is asked{where}", 'prompt = "…", prompt_file or messages', trail)
        given = [key for key in _PROMPTS if key in table]
        for _, second in pairwise(given):
            message = f"{given[0]} and {second} both stand{where}"
            self._note(message, "leave out one", (*trail, second))
        if "messages" in table:
            return self._checked(messages_of, table["messages"], (*trail, "messages"), where) or ()
        text = values.get("prompt", "")
        if "prompt_file" in values:
            text = self._file(values["prompt_file"], (*trail, "prompt_file"))
        return (Message("user", text),)

    def _file(self, name: str, trail: Trail) -> str:
        with self._noting_trouble(name, trail):
            return read_text(self._folder / name)
        return ""

    def _script(self, name: str, trail: Trail) -> str:
        """Return the path of a script, which starts from the suite."""
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
            reason = error.strerror if isinstance(error, OSError) else str(error)
            shown = phrases.printable(str(self._folder / name))
            self._note(f"cannot read {shown}: {reason}", None, trail)

    def _note_absent(self, name: str, trail: Trail) -> None:
        near = phrases.nearest(name, sorted(path.name for path in self._folder.glob("*")))
        hint = f"did you mean {phrases.quoted(near)}?" if near else "it starts from the suite"
        shown = phrases.printable(str(self._folder / name))
        self._note(f"there is no {trail[-1]} {shown}", hint, trail)

    def _expectations(
        self, table: Mapping[str, Any], trail: Trail, where: str
    ) -> tuple[Expectation, ...]:
        below = (*trail, "expect")
        expect = table.get("expect", {})
        if not isinstance(expect, dict) or ("expect" in table and not expect):
            self._note(f"expect must say something{where}", 'expect = { contains = "…" }', below)
            return ()
        self._only_known(expect, ASSERTIONS, below, f" in expect{where}")
        if expect and "expect_error" in table:
            message = f"an answer and an error are expected{where}"
            self._note(message, "leave out expect or expect_error", (*trail, "expect_error"))
        found = []
        for name, given in expect.items():
            if name in ASSERTIONS:
                read = partial(ASSERTIONS[name].read, folder=self._folder)
                one = Expectation(name, self._checked(read, given, (*below, name), where))
                if one.value is not None and can_be_examined(name):
                    self._unexamined.append((one, (*below, name), where))
                found.append(one)
        return tuple(found)

    def _checked(
        self, check: Callable[[object], Any], given: object, trail: Trail, where: str
    ) -> Any:  # noqa: ANN401 - each kind has its own values
        """Run `check` on `given`; note a problem if it raises."""
        try:
            return check(given)
        except UnfitError as error:
            key = trail[-1]
            hint = error.hint or (FIELDS[key].row.hint if key in FIELDS else None)
            self._note(f"{key} {error.reason}{where}", hint, trail)
            return None

    def _only_known(
        self, table: Mapping[str, Any], known: Collection[str], trail: Trail, where: str
    ) -> None:
        for key in table:
            if key not in known:
                hint = phrases.did_you_mean(key, known)
                hint = hint or f"what may stand here: {phrases.listed(known)}"
                self._note(f"unknown key {phrases.quoted(key)}{where}", hint, (*trail, key))

    def _note(self, message: str, hint: str | None, trail: Trail) -> None:
        self.problems.append(Problem(message, hint, nearest(self._positions, trail)))

    def _line(self, trail: Trail) -> int | None:
        position = nearest(self._positions, trail)
        return None if position is None else position.line


def _lacks(table: Mapping[str, Any], *keys: str) -> bool:
    """Tell whether none of `keys` stands in the `table` of a check, nor one mistyped."""
    return not any(key in keys or key not in CHECK_KEYS for key in table)
