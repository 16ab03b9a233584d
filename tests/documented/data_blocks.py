"""Checks the blocks of a page that are neither commands nor output: TOML, JSON and YAML."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from hello_llm import UsageError, get_provider
from hello_llm.rendering.json.schemas import load_schema

_AS_CONFIGURATION = ("config", "validate", "--config")
_AS_SUITE = ("check", "--list")
_ONE_CHECK = '\n[[check]]\nname = "a"\nprompt = "hi"\nexpect = { min_chars = 1 }\n'


def check_toml(text: str, folder: Path) -> None:
    """Have the program check TOML: a script, a suite, a configuration, or a part of one.

    Args:
        text: what the page shows.
        folder: where the files are that it names.

    Raises:
        AssertionError: the program finds a mistake; has its messages.
    """
    data, file = tomllib.loads(text), folder / "checked.toml"
    if "rule" in data:
        file.write_text(text, encoding="utf-8")
        try:
            get_provider("mock", script=file)
        except UsageError as error:
            raise AssertionError(error.message) from None
        return
    if "check" in data:
        said = [_program(file, text, *_AS_SUITE)]
    elif "version" in data:
        said = [_program(file, text, *_AS_CONFIGURATION)]
    else:
        part = "version = 1\n" + ("" if text.startswith("[") else "[defaults]\n") + text
        said = [
            _program(file, part, *_AS_CONFIGURATION),
            _program(file, part + _ONE_CHECK, *_AS_SUITE),
        ]
    assert None in said, "\n".join(filter(None, said))


def _program(file: Path, text: str, *words: str) -> str | None:
    """Run the program on a `file` with `text`; returns what it says if that has a mistake."""
    file.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "hello_llm", *words, str(file)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if ended.returncode == 0 else ended.stdout + ended.stderr


def check_json(text: str) -> None:
    """Check a document, or the ``error`` of one, against the schema that ships.

    Raises:
        jsonschema.ValidationError: it is not such a document.
    """
    document = json.loads(text)
    name = document.get("schema", "").partition(".")[2].partition("/")[0]
    schema: dict[str, Any] = load_schema(name or "reply")
    if not name:
        schema = schema["properties"]["error"]
    jsonschema.validate(document, schema)


def workflow_commands(text: str) -> Iterator[str]:
    """Yield what the steps of a workflow of GitHub Actions run."""
    for job in yaml.safe_load(text)["jobs"].values():
        for step in job["steps"]:
            yield from step.get("run", "").splitlines()
