"""`models`: which models are listed, how the words are read, and what it says without a match."""

import json

import jsonschema
import pytest

from hello_llm.rendering.json.schemas import load_schema
from tests.cli.program import program

CONFIG = """\
version = 1
[models."openai/my-finetune"]
input = 3
output = 12
can = ["vision"]
[models."openai/gpt-4o-mini"]
context = 7
[local.models]
tiny = "t.gguf"
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text(CONFIG)
    return path


def lines(*arguments):
    ended = program("models", *arguments)
    assert (ended.code, ended.stderr) == (0, "")
    return [line.split("\t") for line in ended.text.splitlines()]


def names(*arguments):
    return [fields[0] for fields in lines(*arguments)]


def document(*arguments):
    ended = program("models", *arguments, "--json")
    found = json.loads(ended.text)
    jsonschema.validate(found, load_schema("models"))
    assert found["exit_code"] == ended.code
    return found


def refusal(*arguments):
    ended = program("models", *arguments)
    error, *hint = ended.stderr.splitlines()
    assert ended.text == ""
    return ended.code, error.removeprefix("error: "), "".join(hint).removeprefix("hint: ")


def test_a_part_of_a_name_in_any_case_finds_it():
    assert "openai/gpt-4o-mini" in names("GPT-4o-Mini")
    assert names("openai/gpt-4o-min?") == ["openai/gpt-4o-mini"]


def test_the_configuration_adds_models_and_overrides_the_list(config):
    ((*facts, sources),) = lines("openai/*my-finetune", "--config", config)
    assert facts[:6] == ["openai/my-finetune", "unknown", "unknown", "3.00", "unknown", "12.00"]
    assert facts[6:] == ["vision,pdf?,audio?,tools?,schema?,reasoning?", "unknown"]
    assert sources == "configuration"
    ((_, context, *_, sources),) = lines("openai/gpt-4o-min?", "--config", config)
    assert (context, sources) == ("7", "list+configuration")
    assert names("local/", "--config", config) == ["local/tiny"]


def test_filters_hold_together_and_never_take_unknown_for_known():
    found = document("claude", "--can", "vision,schema", "--vendor", "anthropic")["models"]
    assert found
    for model in found:
        assert model["name"].startswith("anthropic/")
        assert model["can"]["vision"] is model["can"]["schema"] is True


def test_a_price_limit_is_for_the_reply_and_sorting_puts_the_cheapest_first():
    found = document("--vendor", "openai", "--max-price", "1", "--sort", "output")["models"]
    prices = [model["usd_per_million"]["output"] for model in found]
    assert prices == sorted(prices)
    assert 0 <= prices[-1] <= 1


def test_the_document_has_every_rate_and_the_date_of_the_list():
    found = document("show", "openai/gpt-4o-mini")
    (model,) = found["models"]
    assert found["list_date"] == "2026-10-21"
    assert model["usd_per_million"] == {"input": 0.15, "cached_input": 0.075, "output": 0.6}
    assert {"kind": "input", "usd_per_million": 0.25, "tier": "priority"}.items() <= {
        **next(rate for rate in model["rates"] if rate["tier"] == "priority")
    }.items()


@pytest.mark.parametrize(
    ("arguments", "refused"),
    [
        (("cladue",), (1, 'there is no model like "cladue"', "hello-llm models claude")),
        (
            ("gpt-4o-mni",),
            (1, 'there is no model like "gpt-4o-mni"', "hello-llm models gpt-4o-mini"),
        ),
        (
            ("gpt-4o-mini", "--max-price", "0.001"),
            (
                1,
                'no model like "gpt-4o-mini" fits',
                '17 models are like "gpt-4o-mini", but fit none of the other options',
            ),
        ),
        (("--", "show"), (1, 'there is no model like "show"', "hello-llm models lists all")),
        (
            ("show", "openai/gpt-4o-mni"),
            (
                1,
                'nothing is known about the model "openai/gpt-4o-mni"',
                "hello-llm models show openai/gpt-4o-mini",
            ),
        ),
        (("claude", "opus"), (2, "there is one word too many: opus", "hello-llm models --help")),
        (("show",), (2, "missing argument 'MODEL'", "hello-llm models show --help")),
        (
            ("--can", "vison"),
            (
                2,
                '--can must be vision, pdf, audio, tools, schema or reasoning, not "vison"',
                'did you mean "vision"?',
            ),
        ),
        (
            ("--sort", "dear"),
            (
                2,
                '--sort must be name, input, output, context, max-output or retires, not "dear"',
                "",
            ),
        ),
        (
            ("--vendor", "opnai"),
            (2, 'there is no vendor "opnai"', 'did you mean "openai"?'),
        ),
    ],
)
def test_what_is_refused_has_a_code_and_a_way_on(arguments, refused):
    found = refusal(*arguments)
    assert (found[0], found[1]) == refused[:2]
    assert found[2].startswith(refused[2])


@pytest.mark.parametrize("price", ["-1", "x", "1e9", "nan"])
def test_a_price_must_be_one(price):
    ended = program("models", "--max-price", price)
    assert ended.code == 2
    assert ended.stderr.startswith("error: --max-price must be a number of US dollars from 0 to")


def test_a_failure_has_the_document_too():
    found = document("no-such-model-anywhere")
    assert (found["ok"], found["models"], found["error"]["code"]) == (False, [], "CHECK_FAILED")


def test_options_may_come_before_and_after_the_pattern():
    after = names("gpt-4o-mini", "--vendor", "openai")
    assert names("--vendor", "openai", "gpt-4o-mini") == after != []
