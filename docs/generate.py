"""Writes docs/_generated and the example file, or says with ``--check`` what has drifted."""

import argparse
import difflib
import os
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

FOLDER = Path(__file__).parent / "_generated"
EXAMPLE = Path(__file__).parents[1] / "config.example.toml"
COLUMNS = 80


def main() -> int:
    """Write the pages, or compare them; 1 if they differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, print the difference")
    wanted, example = pages(), {EXAMPLE.name: example_file()}
    if parser.parse_args().check:
        found = read(FOLDER) | {EXAMPLE.name: EXAMPLE.read_text(encoding="utf-8")}
        difference = "".join(drift(wanted | example, found))
        sys.stderr.write(difference)
        if difference:
            sys.stderr.write("\nto fix this: make generate\n")
        return 1 if difference else 0
    write(wanted, FOLDER)
    EXAMPLE.write_text(example[EXAMPLE.name], encoding="utf-8")
    return 0


def pages() -> dict[str, str]:
    """Return each page by its file name."""
    return {
        "cli.md": cli_page(),
        "exit-codes.md": exit_codes_page(),
        "settings.md": settings_page(),
        "faults.md": faults_page(),
        "rooms.md": rooms_page(),
        "reply.schema.json": schema("reply"),
        "events.schema.json": schema("events"),
        "doctor.schema.json": schema("doctor"),
        "checks.schema.json": schema("checks"),
    }


def read(folder: Path) -> dict[str, str]:
    """Return what stands in `folder`, by file name."""
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def write(wanted: dict[str, str], folder: Path) -> None:
    """Make `folder` hold exactly `wanted`."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")


def drift(wanted: dict[str, str], found: dict[str, str]) -> Iterator[str]:
    """Yield the lines of the difference between two sets of pages."""
    for name in sorted(wanted.keys() | found.keys()):
        yield from difflib.unified_diff(
            found.get(name, "").splitlines(keepends=True),
            wanted.get(name, "").splitlines(keepends=True),
            f"{name} as it stands",
            f"{name} as the program has it",
        )


def exit_codes_page() -> str:
    """Return the table of exit codes."""
    from hello_llm import ExitCode

    rows = [f"| {code.value} | {code.name} | {code.meaning} |" for code in ExitCode]
    head = ["# Exit codes", "", "| code | name | when |", "| ---: | --- | --- |"]
    return _text(*head, *rows)


def example_file() -> str:
    """Return the example configuration, as ``hello-llm config init`` writes it."""
    from hello_llm.settings.example import example_text

    return example_text()


def settings_page() -> str:
    """Return the table of settings."""
    from hello_llm.settings.fields import FIELDS

    head = [
        "# Settings",
        "",
        "Each of these is a key of a profile and of `[defaults]`, and most are flags of `chat`.",
        "",
        "| key | flag | what it is | allowed | default |",
        "| --- | --- | --- | --- | --- |",
    ]
    flags = {key: f"`{field.flag}`" if field.flag else "" for key, field in FIELDS.items()}
    rows = [
        f"| `{field.key}` | {flags[field.key]} | {field.row.summary} | {field.kind.allowed}"
        f" | {_toml(field.default)} |"
        for field in FIELDS.values()
    ]
    return _text(*head, *rows)


def _toml(value: object) -> str:
    """Return a default as it is written in a file; empty where there is none."""
    match value:
        case None:
            return ""
        case bool():
            return f"`{str(value).lower()}`"
        case str():
            return f'`"{value}"`'
        case tuple():
            return f"`{list(value)}`"
    return f"`{value}`"


def faults_page() -> str:
    """Return what `make faults-page` wrote; a test compares it with the catalogue of faults."""
    return (FOLDER / "faults.md").read_text(encoding="utf-8")


def rooms_page() -> str:
    """Return the table of the folders and of what each may import, as the tests check it."""
    sys.path.insert(0, str(FOLDER.parents[1]))
    from tests.architecture.rooms import table

    return table() + "\n"


def schema(name: str) -> str:
    """Return one of the JSON Schemas that ship with the package."""
    folder = resources.files("hello_llm.rendering.json.schemas")
    return (folder / f"{name}.schema.json").read_text(encoding="utf-8")


def cli_page() -> str:
    """Return the help of every command."""
    head = ["# Commands", "", "What `--help` prints.", ""]
    sections = (
        _text(f"## {' '.join(words)}", "", "```text", help_, "```") for words, help_ in helps()
    )
    return _text(*head) + "\n".join(sections)


def helps() -> Iterator[tuple[list[str], str]]:
    """Yield each command's words and its help, groups before their commands."""
    from typer.main import get_command
    from typer.testing import CliRunner

    from hello_llm.cli.parser import application

    app = application()
    pending: list[tuple[list[str], object]] = [([], get_command(app))]
    while pending:
        words, command = pending.pop(0)
        result = CliRunner().invoke(app, [*words, "--help"], prog_name="hello-llm")
        if result.exit_code != 0:
            raise SystemExit(f"hello-llm {' '.join(words)} --help failed: {result.output}")
        text = "\n".join(line.rstrip() for line in result.stdout.splitlines())
        yield ["hello-llm", *words], text.strip("\n")
        below = getattr(command, "commands", {})
        pending = [([*words, name], child) for name, child in below.items()] + pending


def _text(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def fix_terminal() -> None:
    """Make help come out alike everywhere: one width, no colour."""
    os.environ |= {"COLUMNS": str(COLUMNS), "TERMINAL_WIDTH": str(COLUMNS)}
    os.environ |= {"NO_COLOR": "1", "TERM": "dumb"}
    for name in ("FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "_TYPER_FORCE_DISABLE_TERMINAL"):
        os.environ.pop(name, None)


if __name__ == "__main__":
    fix_terminal()
    sys.exit(main())
