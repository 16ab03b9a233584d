"""Checks the tables of a TOML file and reports every problem with its position."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Protocol, TypeVar

from hello_llm.secrets.names import names_a_secret
from hello_llm.secrets.shapes import looks_like_secret
from hello_llm.text import phrases
from hello_llm.toml_file.document import Document
from hello_llm.toml_file.header_kinds import clashing
from hello_llm.toml_file.kinds import SECRET_HINT, UnfitError
from hello_llm.toml_file.positions import Trail, nearest
from hello_llm.toml_file.problems import Problem

_Value = TypeVar("_Value")


class Checked(Protocol):
    """A kind of value, or a setting."""

    def check(self, given: object) -> Any:  # noqa: ANN401 - each kind has its own values
        """Return the value as the program uses it, or raise :class:`UnfitError`."""
        ...


class Checker:
    """Reads values from a document and collects its problems."""

    def __init__(self, document: Document) -> None:
        """Check `document`, which must have been parsed successfully."""
        self.data = document.data
        self.problems: list[Problem] = []
        self._positions = document.positions

    def version(self, known: int) -> bool:
        """Return whether the file has the `known` version; if not, nothing else can be checked."""
        given = self.data.get("version")
        if type(given) is int and given == known:
            return True
        if given is None:
            hint = f"write as the first line: version = {known}"
            self.note("there is no version", hint, ("version",))
        else:
            message = f"version {phrases.value(given)} is not known"
            hint = f"this release of hello-llm reads version = {known}"
            self.note(message, hint, ("version",))
        return False

    def values(
        self, table: Mapping[str, Any], kinds: Mapping[str, Checked], trail: Trail
    ) -> dict[str, Any]:
        """Return the valid values of `table`, which is at `trail`, by key."""
        return {
            key: value
            for key, given in table.items()
            if key in kinds
            and (value := self.checked(kinds[key].check, given, (*trail, key))) is not None
        }

    def checked(
        self,
        check: Callable[[object], _Value],
        given: object,
        trail: Trail,
        hint: str | None = None,
    ) -> _Value | None:
        """Return the value at `trail` as converted by `check`; ``None`` if it is not allowed.

        Args:
            check: raises :class:`UnfitError` for a value that is not allowed.
            given: the value.
            trail: the trail that leads to it.
            hint: the hint to give if the error has none.
        """
        try:
            self.vet(given)
            return check(given)
        except UnfitError as error:
            subject = f"{phrases.name(trail[-1])}{self.where(trail[:-1])}"
            self.note(f"{subject} {error.reason}", error.hint or hint, trail)
            return None

    def vet(self, given: object) -> None:
        """Raise :class:`UnfitError` for a value that is not allowed under any key."""

    def table(
        self, above: Mapping[str, Any], key: str, trail: Trail, hint: str | None = None
    ) -> Mapping[str, Any]:
        """Return the table `key` in the table `above`, which is at `trail`; empty if missing."""
        return self.checked(_as_table, above.get(key, {}), (*trail, key), hint) or {}

    def tables(
        self, above: Mapping[str, Any], key: str, trail: Trail, hint: str | None = None
    ) -> list[Mapping[str, Any]]:
        """Return the list of tables `key` in the table `above`; empty if missing."""
        return self.checked(_as_tables, above.get(key, []), (*trail, key), hint) or []

    def only_known(self, table: Mapping[str, Any], known: Collection[str], trail: Trail) -> None:
        """Report the keys of `table` that are not `known`."""
        for key, given in table.items():
            if key not in known:
                self.note(*self._unknown(key, given, known, trail), (*trail, key))

    def hint_for(self, key: str, known: Collection[str], trail: Trail) -> str:  # noqa: ARG002 - for subclasses
        """Return the hint for an unknown `key` in the table at `trail`."""
        return phrases.did_you_mean(key, known) or f"the keys are {phrases.listed(known)}"

    def note(self, message: str, hint: str | None, trail: Trail) -> None:
        """Report a problem at `trail`."""
        self.problems.append(Problem(message, hint, nearest(self._positions, trail)))

    def line(self, trail: Trail) -> int | None:
        """Return the line of the item at `trail`, or of the innermost item around it."""
        position = nearest(self._positions, trail)
        return None if position is None else position.line

    def note_clashes(self, values: Mapping[str, Any], trail: Trail) -> None:
        """Note the headers in a table of settings that have a value and a variable."""
        for name in clashing(values):
            message = f"{phrases.name(name)} is in headers and in headers_env{self.where(trail)}"
            self.note(message, "leave out one", (*trail, "headers_env"))

    def where(self, trail: Trail) -> str:
        """Describe the table at `trail`: `` in [defaults]`` or `` in check "smoke"``."""
        if not trail or not isinstance(self.data.get(trail[0]), list):
            return f" in [{_dotted(trail)}]" if trail else ""
        array, number, *below = trail
        tables = [phrases.name(name) for name in reversed(below) if not name.isdigit()]
        owner = self.data[array][int(number)].get("name")
        if isinstance(owner, str):
            tables.append(f"{array} {phrases.quoted(owner)}")
        return "".join(f" in {table}" for table in tables)

    def _unknown(
        self, key: str, given: object, known: Collection[str], trail: Trail
    ) -> tuple[str, str | None]:
        if isinstance(given, dict):
            # The keys of a mapping take values, not tables.
            near = None if isinstance(known, Mapping) else phrases.did_you_mean(key, known)
            return f"unknown table [{_dotted((*trail, key))}]", near
        if names_a_secret(key) or any(map(looks_like_secret, texts(given))):
            message = f"{phrases.name(key)}{self.where(trail)} is a secret"
            return f"{message}, and no file may contain one", SECRET_HINT
        message = f"unknown key {phrases.quoted(key)}{self.where(trail)}"
        return message, self.hint_for(key, known, trail)


def texts(given: object) -> Iterator[str]:
    """Yield the texts in a value, except those in tables, which are checked one by one."""
    if isinstance(given, str):
        yield given
    elif isinstance(given, list):
        for item in given:
            yield from texts(item)


def _as_table(given: object) -> Mapping[str, Any]:
    if isinstance(given, dict):
        return given
    raise UnfitError(f"must be a table, not {phrases.value(given)}")


def _as_tables(given: object) -> list[Mapping[str, Any]]:
    if isinstance(given, list) and all(isinstance(one, dict) for one in given):
        return given
    raise UnfitError("must be a list of tables")


def _dotted(trail: Trail) -> str:
    return ".".join(map(phrases.name, trail))
