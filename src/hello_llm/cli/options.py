"""The options of the command line; those of settings are made from their rows in the table.

Typer passes numbers on as text: the settings parse them, so that all values have the same errors.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from hello_llm.cli.sections import ARGUMENTS, ORDER, RECORDING
from hello_llm.contract import UsageError
from hello_llm.settings.field import Field, Row, Section
from hello_llm.settings.fields import FIELDS
from hello_llm.toml_file.header_kinds import HeaderTable
from hello_llm.toml_file.kinds import (
    Boolean,
    Choice,
    Integer,
    Kind,
    Number,
    Prose,
    TextList,
    UnfitError,
)
from hello_llm.toml_file.references import FilePath, Url, VariableName

_METAVARS: tuple[tuple[type[Kind], str], ...] = (
    (FilePath, "FILE"),
    (Choice, "NAME"),
    (VariableName, "NAME"),
    (Url, "URL"),
    (Prose, "TEXT"),
    (TextList, "TEXT"),
    (Number, "NUMBER"),
)

ProfileName = Annotated[
    str | None,
    typer.Option(
        "-p",
        "--profile",
        metavar="NAME",
        help="The profile in the configuration file.",
        rich_help_panel=Section.SOURCES,
    ),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="The configuration file. (default: the user's)",
        rich_help_panel=Section.SOURCES,
    ),
]
AsJson = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON document.", rich_help_panel=Section.SHOWN),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of a command that has settings."""

    given: Mapping[str, object]
    """The typed value of each setting, parsed but not checked; ``None`` if not typed."""
    profile: ProfileName = None
    config: ConfigFile = None
    debug: Annotated[
        bool,
        typer.Option(
            "--debug",
            help="Show the traceback of an unexpected error.",
            rich_help_panel=Section.SHOWN,
        ),
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedOptions(Options):
    """The options of a command whose exchanges can be recorded and replayed."""

    record: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Add each exchange to FILE.", rich_help_panel=RECORDING),
    ] = None
    replay: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="With the mock: answer from the exchanges in FILE.",
            rich_help_panel=RECORDING,
        ),
    ] = None
    replay_timing: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN",
            help="When to replay each piece: recorded is at its own time, none is at once."
            " (recorded or none; default: none)",
            rich_help_panel=RECORDING,
        ),
    ] = None


JOBS = Integer(1, 256)
"""How many calls may be made at a time."""


def read_number(kind: Number | Integer, flag: str, typed: str | None) -> Any:  # noqa: ANN401 - int or float
    """Return the number that was typed after `flag`, or ``None`` if none was.

    Raises:
        UsageError: it is not of its `kind`.
    """
    if typed is None:
        return None
    try:
        return kind.check(kind.read(typed))
    except UnfitError as error:
        raise UsageError(f"{flag} {error.reason}", error.hint) from None


_Options = TypeVar("_Options", bound=Options)


def flattened(
    command: Callable[[typer.Context, _Options], None],
    options: type[_Options],
    settings: Iterable[str],
) -> Callable[..., None]:
    """Return `command` in the form that Typer needs: a parameter for each option and setting.

    Args:
        command: the function to call; its docstring is the help text.
        options: the data class of its options; an option named like a setting sets that one.
        settings: the keys of the settings that it accepts.
    """
    own = {
        field.name: _parameter(field.name, field.type, field.default)
        for field in fields(options)
        if field.name != "given"
    }
    made = {key: _setting(FIELDS[key]) for key in settings}
    context = Parameter("context", Parameter.KEYWORD_ONLY, annotation=typer.Context)

    def invoke(context: typer.Context, **typed: Any) -> None:  # noqa: ANN401 - as each is typed
        given = {key: _read(key, typed[key]) for key in made}
        command(context, options(given=given, **{name: typed[name] for name in own}))

    invoke.__doc__ = command.__doc__
    parameters = sorted((made | own).values(), key=_position)
    invoke.__signature__ = Signature([context, *parameters])  # type: ignore[attr-defined]
    return invoke


def _parameter(name: str, annotation: object, default: object) -> Parameter:
    default = Parameter.empty if default is MISSING else default
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _position(parameter: Parameter) -> int:
    return ORDER.index(parameter.annotation.__metadata__[0].rich_help_panel or ARGUMENTS)


def _read(key: str, typed: object) -> object:
    return FIELDS[key].kind.read(typed) if isinstance(typed, str) else typed


def _setting(field: Field) -> Parameter:
    """Return the parameter for a setting."""
    row, kind, flag = field.row, field.kind, str(field.flag)
    option = typer.Option(
        *filter(None, [row.short]),
        f"{flag}/{flag.replace('--', '--no-')}" if row.negatable else flag,
        metavar=None if isinstance(kind, Boolean) else _metavar(row),
        help=f"{row.summary}{_remark(field)}",
        rich_help_panel=row.section,
    )
    of: object = str | None
    if isinstance(kind, Boolean):
        of = bool | None
    elif isinstance(kind, TextList | HeaderTable):
        of = list[str] | None
    return _parameter(field.key, Annotated[of, option], None)


def _metavar(row: Row) -> str:
    if row.metavar is not None:
        return row.metavar
    return next((word for kind, word in _METAVARS if isinstance(row.kind, kind)), "N")


def _remark(field: Field) -> str:
    """Return the remark in parentheses after a setting's help sentence."""
    kind, default = field.kind, field.default
    if isinstance(kind, HeaderTable):
        return " ('Name: value'; can be repeated)"
    if isinstance(kind, TextList):
        return " (can be repeated)"
    if isinstance(kind, Boolean):
        return f" (default: no-{field.key})" if field.row.negatable and default is False else ""
    if isinstance(kind, Choice):
        return f" ({kind.allowed}; default: {default})"
    if default is None:
        return f" ({kind.low:g} to {kind.high:g})" if isinstance(kind, Number) else ""
    return f" (default: {default:g})" if isinstance(default, float) else f" (default: {default})"
