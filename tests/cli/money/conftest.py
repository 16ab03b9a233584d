"""A key that every call finds, and a user's own limits."""

import os
from pathlib import Path

import pytest

KEY = "sk-none-Zm9vYmFyYmF6cXV4"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)


@pytest.fixture
def config(home: Path):
    """Writes the user's configuration."""

    def write(text: str) -> None:
        file = Path(os.environ["XDG_CONFIG_HOME"], "hello-llm", "config.toml")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"version = 1\n{text}\n")

    return write
