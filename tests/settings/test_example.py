"""The example file: what is in it, and that it can be used as it is."""

import re
from pathlib import Path

import pytest

import hello_llm
from hello_llm.settings.example import example_text
from hello_llm.settings.fields import FIELDS, Settings
from hello_llm.settings.resolve import resolve

EXAMPLE = Path(hello_llm.__file__).parents[2] / "config.example.toml"


def enabled(text):
    """The text with every setting in it taken out of its comment."""
    return re.sub(r"^#(?=\w+ = )", "", text, flags=re.MULTILINE)


def test_the_file_in_the_repository_is_what_the_table_says():
    assert EXAMPLE.read_text(encoding="utf-8") == example_text()


def test_as_it_is_it_changes_nothing():
    settings = resolve({}, config_file=EXAMPLE)

    assert {key: getattr(settings, key) for key in FIELDS} == {
        key: getattr(Settings(), key) for key in FIELDS
    }
    assert {str(origin) for origin in settings.origins.values()} == {"built-in"}


@pytest.mark.parametrize(
    ("profile", "model"), [("ollama", "ollama/qwen2.5:0.5b"), ("openai", "openai/gpt-4o-mini")]
)
def test_its_profiles_can_be_used(profile, model):
    settings = resolve({}, config_file=EXAMPLE, profile=profile)

    assert (settings.provider, settings.model) == ("litellm", model)


def test_every_setting_is_in_it_with_its_default_or_an_example(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text(enabled(example_text()))

    settings = resolve({}, config_file=path, profile="openai")
    settings_of_defaults = resolve(
        {"provider": "mock", "model": "ollama/qwen2.5:0.5b"}, config_file=path
    )

    assert settings.local_models["tiny"] == Path("~/models/tiny.gguf").expanduser()
    assert settings_of_defaults.profile == "ollama"
    for key, field in FIELDS.items():
        shown = field.row.example if field.default is None else field.default
        if key not in {"provider", "model", "api_key_env", "stream"}:
            assert getattr(settings_of_defaults, key) == shown
        assert f"\n{key} = " in enabled(example_text()).partition("[profiles")[0]


def test_every_line_fits_on_a_page():
    assert max(map(len, example_text().splitlines())) <= 98
