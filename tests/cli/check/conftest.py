"""Suites for the tests of ``check``."""

import json
from pathlib import Path

import pytest

from tests.cli.check.suites import Write

TWICE = {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n - 1}"}] * 2} for n in range(1, 41)}
EXPONENTIAL = {"$defs": {"a0": {"type": "integer"}, **TWICE}, "$ref": "#/$defs/a40"}


@pytest.fixture
def suite(tmp_path: Path) -> Write:
    """Writes a suite of the checks that it is given, and returns its path."""

    def write(*checks: str, defaults: str = "") -> Path:
        path = tmp_path / "suite.toml"
        tables = [f"[[check]]\n{check}\n" for check in checks]
        path.write_text(f"version = 1\n[defaults]\n{defaults}\n" + "".join(tables))
        return path

    return write


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A script of the mock, beside the suite: heads, tails, heads, tails, heads; and the rest."""
    path = tmp_path / "script.toml"
    replies = ", ".join(f'{{ text = "{side}" }}' for side in ("heads", "tails") * 3)
    path.write_text(
        "version = 1\n"
        f'[[rule]]\nname = "coin"\ncontains = "coin"\nreplies = [{replies}]\n'
        '[[rule]]\nname = "rest"\nregex = "^h"\noptional = true\n'
    )
    return path


@pytest.fixture
def asking(tmp_path):
    """Writes a suite that makes the mock give an answer, and returns its path."""

    def write(expect, answer, more=""):
        (tmp_path / "answer.toml").write_text(
            f'version = 1\n[[rule]]\nname = "all"\nchunks = [{json.dumps(answer)}]\n'
        )
        (tmp_path / "schema.json").write_text(json.dumps(EXPONENTIAL))
        path = tmp_path / "suite.toml"
        path.write_text(
            f'version = 1\n[defaults]\nscript = "answer.toml"\n{more}\n'
            f'[[check]]\nname = "a"\nprompt = "hi"\n[check.expect]\n{expect}\n'
        )
        return path

    return write
