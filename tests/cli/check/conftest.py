"""Suites for the tests of ``check``."""

from pathlib import Path

import pytest

from tests.cli.check.suites import Write


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
