"""What a file says about models is checked like everything else, and becomes exact prices."""

from decimal import Decimal
from pathlib import Path

import pytest

from hello_llm.contract.model_facts import ModelFacts
from hello_llm.settings.checking import check_config
from hello_llm.settings.editing.edits import set_value, unset_value
from hello_llm.settings.resolve import resolve, resolve_with_config
from hello_llm.settings.values import Value, find_value, values_in_effect

FILE = Path("config.toml")
CONTENT = """\
version = 1
[models."openai/my-finetune"]
input = 3
output = 12.1
cached_input = 0.15
context = 128000
max_output = 16384
can = ["vision", "tools"]

[models."openai/gpt-4.1"]
context = 5
"""


def problems(body):
    """The problems in a file that begins with the version, as sentence and hint."""
    _, found = check_config(FILE, f"version = 1\n{body}".encode())
    return [(problem.sentence(FILE), problem.hint) for problem in found]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text(CONTENT)
    return path


def test_a_table_becomes_facts_with_exact_prices(file):
    settings = resolve({}, config_file=file)

    assert settings.models == {
        "openai/my-finetune": ModelFacts(
            input=Decimal(3),
            output=Decimal("12.1"),
            cached_input=Decimal("0.15"),
            context=128000,
            max_output=16384,
            can=("vision", "tools"),
        ),
        "openai/gpt-4.1": ModelFacts(context=5),
    }
    assert settings.origins["models.openai/my-finetune.output"].in_its_file == "[models], line 4"


@pytest.mark.parametrize(
    ("body", "sentence", "hint"),
    [
        (
            '[models."gpt-4o"]',
            (
                "config.toml, line 2, column 1: gpt-4o in [models] is not the name of a model:"
                " model 'gpt-4o' has no vendor prefix"
            ),
            '[models."openai/gpt-4o"]',
        ),
        (
            '[models."opnai/gpt-4o"]\ninput = 1',
            (
                "config.toml, line 2, column 1: opnai/gpt-4o in [models] is not the name of a"
                " model: unknown vendor 'opnai' in model 'opnai/gpt-4o'"
            ),
            '[models."openai/gpt-4o"]',
        ),
        (
            "[models]\ninput = 1",
            (
                "config.toml, line 3, column 1: input in [models] is not the name of a model:"
                " model 'input' has no vendor prefix"
            ),
            'a model has a table of its own: [models."openai/gpt-4o-mini"]',
        ),
        (
            '[models]\n"openai/x" = 1',
            "config.toml, line 3, column 1: openai/x in [models] must be a table, not 1",
            'a model has a table of its own: [models."openai/gpt-4o-mini"]',
        ),
        (
            "models = 3",
            "config.toml, line 2, column 1: models must be a table, not 3",
            None,
        ),
        (
            '[models."openai/x"]\ninptu = 1',
            'config.toml, line 3, column 1: unknown key "inptu" in [models.openai/x]',
            'did you mean "input"?',
        ),
        (
            '[models."openai/x"]\ncan = ["vison"]',
            (
                "config.toml, line 3, column 1: can in [models.openai/x] must be vision, pdf,"
                ' audio, tools, schema or reasoning, not "vison"'
            ),
            'did you mean "vision"?',
        ),
    ],
)
def test_a_mistake_has_its_line_and_a_hint(body, sentence, hint):
    assert problems(body) == [(sentence, hint)]


@pytest.mark.parametrize("price", ["-1", "-0.1", "true", '"3"', "inf", "nan", "1e7", "[1]"])
@pytest.mark.parametrize("key", ["input", "output", "cached_input"])
def test_an_absurd_price_is_refused(key, price):
    ((sentence, _),) = problems(f'[models."openai/x"]\n{key} = {price}')
    assert sentence.startswith(
        f"config.toml, line 3, column 1: {key} in [models.openai/x] must be a number of US dollars"
        " for a million tokens from 0 to 1000000, not "
    )


@pytest.mark.parametrize("count", ["0", "-1", "1.5", "true", "2000000000"])
@pytest.mark.parametrize("key", ["context", "max_output"])
def test_an_absurd_limit_is_refused(key, count):
    ((sentence, _),) = problems(f'[models."openai/x"]\n{key} = {count}')
    assert "must be a whole number from 1 to 1000000000, not " in sentence


def test_every_mistake_is_reported():
    found = problems('[models."x"]\n[models."openai/x"]\ninput = -1\ncan = 3\nzzz = 1')
    assert [sentence.split(":")[0] for sentence, _ in found] == [
        "config.toml, line 2, column 1",
        "config.toml, line 4, column 1",
        "config.toml, line 5, column 1",
        "config.toml, line 6, column 1",
    ]


def test_the_values_are_shown_one_by_one(file):
    shown = [
        value
        for value in values_in_effect(resolve({}, config_file=file))
        if value.key.startswith("models.")
    ]
    assert [(value.key, value.value) for value in shown] == [
        ("models.openai/my-finetune.input", 3.0),
        ("models.openai/my-finetune.output", 12.1),
        ("models.openai/my-finetune.cached_input", 0.15),
        ("models.openai/my-finetune.context", 128000),
        ("models.openai/my-finetune.max_output", 16384),
        ("models.openai/my-finetune.can", ("vision", "tools")),
        ("models.openai/gpt-4.1.context", 5),
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("models.openai/my-finetune.output", 12.1),
        ("models.openai/gpt-4.1.context", 5),
        ("models.openai/gpt-4.1", {"context": 5}),
        ("models.openai/gpt-4.1.input", None),
        ("models.openai/gpt-5.2", None),
    ],
)
def test_a_key_gives_what_the_file_says(file, key, value):
    config, _ = check_config(file, file.read_bytes())
    found = find_value(key, resolve_with_config({}, config), config)
    assert isinstance(found, Value)
    assert found.value == value


@pytest.mark.parametrize(
    ("key", "text", "line"),
    [
        ("models.openai/my-finetune.input", "2.5", "input = 2.5"),
        ("models.openai/gpt-4.1.can", "vision,pdf", 'can = [\n    "vision",\n    "pdf",\n]'),
        ("models.ollama/qwen2.5:0.5b.context", "9", '[models."ollama/qwen2.5:0.5b"]\ncontext = 9'),
    ],
)
def test_a_value_can_be_set_and_unset(file, key, text, line):
    set_value(file, key, text)
    assert f"\n{line}\n" in file.read_text()
    unset_value(file, key)
    assert resolve({}, config_file=file)
    assert f"\n{line}\n" not in file.read_text()


def test_a_whole_model_can_be_unset(file):
    unset_value(file, "models.openai/my-finetune")
    assert set(resolve({}, config_file=file).models) == {"openai/gpt-4.1"}
