"""Completion knows the words of `models`, and the keys of configured models."""

import pytest

from tests.cli.test_completion import offered

CONFIG = """
version = 1
[models."openai/zz-own"]
context = 5
"""


@pytest.fixture(autouse=True)
def configured(home):
    """A configuration of the user's."""
    folder = home / ".config" / "hello-llm"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIG)


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("models sho", ["show"]),
        ("models openro", ["openrouter/"]),
        ("models show openai/zz", ["openai/zz-own"]),
        ("models --can vi", ["vision"]),
        ("models --can vision,re", ["vision,reasoning"]),
        ("models --sort o", ["output"]),
        ("models --vendor openai", ["openai"]),
        ("config set models.", ["models.openai/zz-own."]),
        (
            "config set models.openai/zz-own.c",
            [f"models.openai/zz-own.{key}" for key in ("cached_input", "context", "can")],
        ),
        ("config unset models.", ["models.openai/zz-own", "models.openai/zz-own.context"]),
        ("config set models.openai/zz-own.can vis", ["vision"]),
    ],
)
def test_values_of_models_are_offered(line, values):
    kind, *found = offered(line)
    assert (kind, sorted(found)) == ("values", sorted(values))
