"""``hello-llm config``: look at the settings and change the configuration file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from hello_llm.cli.display import Display, redactor
from hello_llm.contract import UsageError
from hello_llm.rendering.console import make_console
from hello_llm.rendering.sanitize import sanitize
from hello_llm.rendering.terminal import Terminal
from hello_llm.settings.fields import FIELDS, Settings
from hello_llm.settings.origins import Origin
from hello_llm.settings.paths import chosen_config_file
from hello_llm.settings.resolve import resolve
from hello_llm.text.phrases import printable

app = typer.Typer(no_args_is_help=True, help="Show the settings, and edit the configuration file.")

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="The configuration file.  (default: the user's)"),
]


@app.command()
def init(
    config: ConfigFile = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Write a configuration file that explains every setting."""
    from hello_llm.settings.edit import init_file

    path = chosen_config_file(config)
    init_file(path, force=force)
    _say(f"wrote {path}")


@app.command()
def path(config: ConfigFile = None) -> None:
    """Print where the configuration file is, whether it exists or not."""
    _say(str(chosen_config_file(config)))


@app.command()
def show(
    config: ConfigFile = None,
    profile: Annotated[
        str | None,
        typer.Option("-p", "--profile", metavar="NAME", help="The profile to use."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Print every setting, its value and where that came from."""
    settings = resolve({}, config_file=config, profile=profile)
    terminal = Terminal.real()
    Display.of(settings, terminal).warn_of(settings)
    if as_json:
        text = json.dumps(_document(settings), ensure_ascii=False, indent=2)
        _say(text, settings=settings)
    elif terminal.stdout_is_tty:
        _print_table(settings, terminal)
    else:
        text = "\n".join(_aligned(list(_lines(settings))))
        _say(text, settings=settings)


@app.command("set")
def set_(
    key: Annotated[
        str, typer.Argument(help="model, profiles.NAME.model or local.models.NAME, for example.")
    ],
    value: Annotated[str, typer.Argument(help="The value.")],
    config: ConfigFile = None,
) -> None:
    """Put a value into the configuration file; its comments stay."""
    from hello_llm.settings.edit import set_value

    path = chosen_config_file(config)
    change = set_value(path, key, value)
    _say(f"{'.'.join(change.trail)} = {_literal(change.value)} in {path}")


@app.command()
def use(
    profile: Annotated[str, typer.Argument(help="The name of a profile in the file.")],
    config: ConfigFile = None,
) -> None:
    """Make a profile the default one."""
    from hello_llm.settings.edit import use_profile

    path = chosen_config_file(config)
    use_profile(path, profile)
    _say(f"profile {profile} is the default now, in {path}")


@app.command()
def validate(config: ConfigFile = None) -> None:
    """Print every problem in the configuration file; the exit code is 2 if there is one."""
    from hello_llm.settings.checking import find_problems

    path = chosen_config_file(config)
    problems = find_problems(path)
    for problem in problems:
        _say(problem.sentence(path) + (f" ({problem.hint})" if problem.hint else ""))
    if problems:
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        raise UsageError(
            f"{printable(str(path))} has {count}", hint="standard output lists what is wrong"
        )
    _say(f"{path} is valid")


@dataclass(frozen=True, slots=True)
class _Line:
    """One setting, as shown."""

    key: str
    value: Any
    origin: Origin

    def cells(self, *, with_file: bool) -> tuple[str, str, str]:
        """Return the columns of the line."""
        origin = str(self.origin) if with_file else self.origin.in_its_file
        return self.key, _literal(self.value), origin


def _lines(settings: Settings) -> Iterator[_Line]:
    for key in FIELDS:
        yield _Line(key, getattr(settings, key), settings.origins[key])
    for name, file in settings.local_models.items():
        key = f"local.models.{name}"
        yield _Line(key, str(file), settings.origins[key])


def _document(settings: Settings) -> dict[str, Any]:
    file = settings.config_file
    return {
        "schema": "hello-llm.config/1",
        "config_file": None if file is None else str(file),
        "profile": settings.profile,
        "settings": {line.key: _described(line) for line in _lines(settings)},
    }


def _described(line: _Line) -> dict[str, Any]:
    origin = line.origin
    return {
        "value": line.value,
        "origin": origin.words,
        "file": None if origin.file is None else str(origin.file),
        "line": origin.line,
    }


def _literal(value: object) -> str:
    """Return the value as written in a file, on one line."""
    return "unset" if value is None else json.dumps(value, ensure_ascii=False)


def _aligned(lines: list[_Line]) -> list[str]:
    keys, values, origins = zip(*(line.cells(with_file=True) for line in lines), strict=True)
    wide, wider = max(map(len, keys)), max(map(len, values))
    return [
        f"{key:{wide}}  {value:{wider}}  {origin}"
        for key, value, origin in zip(keys, values, origins, strict=True)
    ]


def _print_table(settings: Settings, terminal: Terminal) -> None:
    from rich.table import Table
    from rich.text import Text

    redact = redactor(*settings.secret_variables)
    caption = None if settings.config_file is None else Text(sanitize(str(settings.config_file)))
    table = Table("setting", "value", "origin", caption=caption, caption_justify="left")
    for line in _lines(settings):
        table.add_row(*(Text(sanitize(redact(cell))) for cell in line.cells(with_file=False)))
    console = make_console(terminal, "stdout", settings.color)
    with console.capture() as captured:
        console.print(table)
    terminal.write_stdout(captured.get().encode())


def _say(text: str, *, settings: Settings | None = None) -> None:
    """Print a line without secrets: otherwise unchanged in a pipe, sanitized on a terminal."""
    terminal = Terminal.real()
    text = redactor(*(settings.secret_variables if settings else ()))(text)
    shown = sanitize(text) if terminal.stdout_is_tty else text
    terminal.write_stdout(f"{shown}\n".encode(errors="surrogateescape"))
