"""Writes everything that is generated, or says with ``--check`` what has drifted."""

import argparse
import difflib
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "_generated"


def main() -> int:
    """Write the files, or compare them; 1 if they differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, print the difference")
    wanted, elsewhere = pages(), files()
    if parser.parse_args().check:
        found = read(FOLDER) | {name: (ROOT / name).read_text("utf-8") for name in elsewhere}
        difference = "".join(drift(wanted | elsewhere, found))
        sys.stderr.write(difference)
        if difference:
            sys.stderr.write("\nto fix this: make generate\n")
        return 1 if difference else 0
    write(wanted, FOLDER)
    for name, text in elsewhere.items():
        (ROOT / name).write_text(text, encoding="utf-8")
    return 0


def files() -> dict[str, str]:
    """Return the generated files that are not pages, by their paths below the top folder."""
    from docs.man_page import man_page
    from docs.model_names import model_names
    from hello_llm.settings.example import example_text

    return {
        "config.example.toml": example_text(),
        "docs/_installed/share/man/man1/hello-llm.1": man_page(),
        "src/hello_llm/prices/model_names.txt": model_names(),
    }


def pages() -> dict[str, str]:
    """Return each page by its file name."""
    from docs.reference import cli_page

    return {
        "cli.md": cli_page(),
        "exit-codes.md": exit_codes_page(),
        "http-statuses.md": http_statuses_page(),
        "settings.md": settings_page(),
        "faults.md": faults_page(),
        "rooms.md": rooms_page(),
        "reply.schema.json": schema("reply"),
        "events.schema.json": schema("events"),
        "doctor.schema.json": schema("doctor"),
        "checks.schema.json": schema("checks"),
        "models.schema.json": schema("models"),
        "batch.schema.json": schema("batch"),
        "spend.schema.json": schema("spend"),
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


def http_statuses_page() -> str:
    """Return the table of exit codes as the server tells them."""
    from hello_llm.serve.problem import KINDS

    rows = [
        f"| {kind.status} | {code.name} | `{kind.code or code.name.lower()}` | {code.meaning} |"
        for code, kind in sorted(KINDS.items(), key=lambda one: (one[1].status, one[0]))
    ]
    head = ["| status | exit code | `code` | when |", "| ---: | --- | --- | --- |"]
    return _text(*head, *rows)


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
    return _text(*head, *rows, "", *_budget_keys())


def _budget_keys() -> list[str]:
    """Return the part of the page about the limits of spending."""
    from hello_llm.settings.budget import KEYS, OWNERS

    owned = " and ".join(f"`[budget.{owner}.NAME]`" for owner in OWNERS)
    return [
        "## Limits of spending",
        "",
        f"Keys of `[budget]`; all but `mode` also of {owned}. See [Spending](../spending.md).",
        "",
        "| key | allowed |",
        "| --- | --- |",
        *(f"| `{key}` | {kind.allowed} |" for key, kind in KEYS.items()),
    ]


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
    from tests.architecture.rooms import table

    return table() + "\n"


def schema(name: str) -> str:
    """Return one of the JSON Schemas that ship with the package."""
    folder = resources.files("hello_llm.rendering.json.schemas")
    return (folder / f"{name}.schema.json").read_text(encoding="utf-8")


def _text(*lines: str) -> str:
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))  # for docs and tests
    sys.exit(main())
