"""A configuration file, editors for it, and the folder in which copies of it may be left."""

import pytest

from tests.cli.config.editing import FILE


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "my c.toml"
    path.write_text(FILE)
    return path


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """The folder of temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def editor(tmp_path):
    """Makes an editor: a shell script that is called with the file as ``$1``."""

    def make(script, name="an editor"):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return f"'{path}'"

    return make


@pytest.fixture
def writer(tmp_path, editor):
    """Makes an editor that writes the given texts, one each time that it is called."""

    def make(*texts):
        for number, text in enumerate(texts, 1):
            (tmp_path / f"text-{number}").write_text(text)
        called = tmp_path / "called"
        return editor(f"echo >>'{called}'\ncat '{tmp_path}'/text-$(wc -l <'{called}') >\"$1\"")

    return make
