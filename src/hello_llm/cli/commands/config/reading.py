"""Shows settings and where they came from: as text, as a table, or as JSON."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hello_llm.cli.commands.config.documents import settings_document, value_document
from hello_llm.cli.commands.config.output import print_line, quoted
from hello_llm.cli.display import Display, redactor
from hello_llm.rendering.console import make_console
from hello_llm.rendering.json.document import json_line
from hello_llm.rendering.sanitize import sanitize
from hello_llm.rendering.terminal import Terminal
from hello_llm.settings.fields import Settings
from hello_llm.settings.resolve import find_config, resolve, resolve_with_config
from hello_llm.settings.values import Value, find_value, values_in_effect


def show_settings(config: Path | None, profile: str | None, *, as_json: bool) -> None:
    """Print every setting with its value and origin.

    Raises:
        UsageError: there is no such file or profile, or the file is invalid.
    """
    settings = resolve({}, config_file=config, profile=profile)
    terminal = Terminal.real()
    Display.of(settings, terminal).warn_of(settings)
    if as_json:
        _print_json(settings_document(settings), settings)
    elif terminal.stdout_is_tty:
        _print_table(settings, terminal)
    else:
        print_line("\n".join(_aligned(settings)), *settings.secret_variables)


def print_value(key: str, config: Path | None, profile: str | None, *, as_json: bool) -> bool:
    """Print the value of `key`, if it has one, and return whether it does.

    Raises:
        UsageError: there is no such key, file or profile, or the file is invalid.
    """
    content = find_config(config)
    settings = resolve_with_config({}, content, profile)
    display = Display.of(settings, Terminal.real())
    display.warn_of(settings)
    found = find_value(key, settings, content)
    if as_json:
        _print_json(value_document(found), settings)
    elif found.value is None:
        display.messages.note(f"{key} is unset")
    else:
        text = found.value if isinstance(found.value, str) else quoted(found.value)
        print_line(text, *settings.secret_variables)
    return found.value is not None


def _print_json(document: Mapping[str, Any], settings: Settings) -> None:
    redact = redactor(*settings.secret_variables)
    Terminal.real().write_stdout(redact(json_line(document).decode()).encode())


def _cells(value: Value, *, with_file: bool) -> tuple[str, str, str]:
    origin = str(value.origin) if with_file else value.origin.in_its_file
    return value.key, quoted(value.value), origin


def _aligned(settings: Settings) -> list[str]:
    rows = [_cells(value, with_file=True) for value in values_in_effect(settings)]
    wide, wider = (max(len(row[column]) for row in rows) for column in (0, 1))
    return [f"{key:{wide}}  {value:{wider}}  {origin}" for key, value, origin in rows]


def _print_table(settings: Settings, terminal: Terminal) -> None:
    from rich.table import Table
    from rich.text import Text

    redact = redactor(*settings.secret_variables)
    caption = None if settings.config_file is None else Text(sanitize(str(settings.config_file)))
    table = Table("setting", "value", "origin", caption=caption, caption_justify="left")
    for value in values_in_effect(settings):
        table.add_row(*(Text(sanitize(redact(cell))) for cell in _cells(value, with_file=False)))
    console = make_console(terminal, "stdout", settings.color)
    with console.capture() as captured:
        console.print(table)
    terminal.write_stdout(captured.get().encode())
