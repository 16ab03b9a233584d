"""The description of one setting: its row in the table, and the field made from it."""

import dataclasses
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, get_type_hints

from hello_llm.toml_file.kinds import Boolean, Duration, Kind, Number, UnfitError

TIME = Duration(7 * 24 * 3600)
"""The kind of all times."""
DOLLARS = Number(0, 1e6, unit=" of dollars")
"""The kind of the most that a call or a run may cost."""


class Section(StrEnum):
    """The section of a command's help in which a setting is listed."""

    ASKED = "What is asked"
    SAMPLED = "How it is sampled"
    SHOWN = "What is shown"
    LIMITS = "Limits"
    SOURCES = "Where settings come from"


class Row(NamedTuple):
    """The description of a setting in the table, besides its name, type and default."""

    kind: Kind
    """The kind of values it takes."""
    section: Section
    """Its section in the help."""
    summary: str
    """What it does, in one sentence."""
    metavar: str | None = None
    """The placeholder for its value in the help, if not the usual one of its kind."""
    example: object = None
    """A value to show if there is no default."""
    hint: str | None = None
    """The hint after a value that is not allowed."""
    has_flag: bool = True
    """Whether it can also be set on the command line."""
    flag: str | None = None
    """Its flag, if that is not named like its key."""
    short: str | None = None
    """Its short flag, such as ``-m``; the same letter means the same in every command."""
    negatable: bool = False
    """Whether ``--no-NAME`` sets it to false."""


def time_limit(summary: str) -> Row:
    """Return the row of a setting that limits a time."""
    return Row(TIME, Section.LIMITS, summary, metavar="TIME")


def cost_limit(summary: str) -> Row:
    """Return the row of a setting that limits a cost."""
    return Row(DOLLARS, Section.LIMITS, summary, metavar="USD", example=0.5)


def sampled(kind: Kind, summary: str, example: float) -> Row:
    """Return the row of a setting for how the answer is sampled, left to the server if unset."""
    return Row(kind, Section.SAMPLED, summary, example=example)


def switch(section: Section, summary: str, *, short: str | None = None) -> Row:
    """Return the row of a setting that is on, off, or decided by the call if it is unset."""
    return Row(Boolean(), section, summary, example=True, short=short, negatable=True)


def in_a_file(kind: Kind, summary: str, example: object) -> Row:
    """Return the row of a setting that only a file can set, and that is unset by default."""
    return Row(kind, Section.ASKED, summary, example=example, has_flag=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One setting."""

    key: str
    """Its name in a file and as an attribute of ``Settings``."""
    default: object
    """The built-in value; ``None`` if there is none."""
    row: Row
    """Its row in the table."""

    @property
    def kind(self) -> Kind:
        """The kind of values it takes."""
        return self.row.kind

    def check(self, given: object) -> Any:  # noqa: ANN401 - each kind has its own values
        """Return the value as the program uses it.

        Raises:
            UnfitError: it is not allowed; the error has the row's hint if the kind gives none.
        """
        try:
            return self.kind.check(given)
        except UnfitError as error:
            error.hint = error.hint or self.row.hint
            raise

    @property
    def flag(self) -> str | None:
        """The flag that sets it; ``None`` if only a file can."""
        if not self.row.has_flag:
            return None
        return self.row.flag or f"--{self.key.replace('_', '-')}"


def fields_of(table: type) -> Mapping[str, Field]:
    """Return the fields of a data class whose annotations contain rows, by key and in order."""
    hints = get_type_hints(table, include_extras=True)
    defaults = {field.name: field.default for field in dataclasses.fields(table)}
    rows = {key: _row_in(hint) for key, hint in hints.items()}
    return MappingProxyType(
        {key: Field(key, defaults[key], row) for key, row in rows.items() if row is not None}
    )


def _row_in(hint: object) -> Row | None:
    first = next(iter(getattr(hint, "__metadata__", ())), None)
    return first if isinstance(first, Row) else None


def named_variables(*values: str | Mapping[str, str] | None) -> Iterator[str]:
    """Yield the names in values of settings that name variables: one, or one for each header."""
    for value in values:
        if isinstance(value, str):
            yield value
        elif value is not None:
            yield from value.values()
