"""The list of model names holds those that a call accepts, as LiteLLM's table has them."""

import pytest

from docs.model_names import model_names
from hello_llm.contract.model_name import ModelName
from hello_llm.prices.model_names import FILE, known_names
from hello_llm.prices.row_names import keys_by_name
from hello_llm.providers.http.route import resolve_route_without_key
from hello_llm.providers.http.vendor_table import BASELESS_VENDORS


def test_the_list_is_that_of_the_installed_litellm():
    assert FILE.read_text(encoding="utf-8") == model_names(), "to fix this: make generate"


def test_the_names_are_sorted_unique_and_harmless_on_a_terminal():
    names = known_names()
    assert names == sorted(set(names))
    assert all(name.isprintable() and " " not in name for name in names)
    assert len(names) > 1000


def test_a_call_accepts_every_name():
    for name in known_names():
        elsewhere = ModelName.parse(name).vendor in BASELESS_VENDORS
        resolve_route_without_key(name, api_base="https://example.com" if elsewhere else None)


@pytest.mark.parametrize(
    ("key", "provider", "name"),
    [
        ("gpt-4o", "openai", "openai/gpt-4o"),
        ("ft:gpt-4o", "openai", "openai/ft:gpt-4o"),
        ("openai/gpt-4o", "openai", "openai/gpt-4o"),
        ("deepinfra/meta/llama", "deepinfra", "deepinfra/meta/llama"),
        ("amazon-nova/nova-pro-v1", "amazon_nova", "amazon_nova/nova-pro-v1"),
        ("scx-ai/GLM-5", "scx-ai", "scx-ai/GLM-5"),
        ("amazon.nova-v1:0", "bedrock_converse", "bedrock/amazon.nova-v1:0"),
        ("gemini-pro", "vertex_ai-language-models", "vertex_ai/gemini-pro"),
        ("vertex_ai/claude@1", "vertex_ai-anthropic_models", "vertex_ai/claude@1"),
        ("azure/gpt-35-instruct", "azure_text", None),
        ("chatgpt/gpt-5", "chatgpt", None),
        ("davinci-002", "text-completion-openai", None),
        ("sarvam/sarvam-m", "sarvam", None),
        ("bedrock/*/1-month-commitment/x", "bedrock", None),
        ("bedrock/us-east-1/6-month-commitment/x", "bedrock", None),
        ("evil\x1b[31m", "openai", None),
        ("two words", "openai", None),
    ],
)
def test_a_row_of_the_table_gives_the_name_that_the_user_types(key, provider, name):
    rows = {key: {"litellm_provider": provider, "mode": "chat"}}
    assert list(keys_by_name(rows)) == ([] if name is None else [name])


@pytest.mark.parametrize("mode", ["embedding", "image_generation", None])
def test_a_model_that_does_not_answer_prompts_is_left_out(mode):
    assert list(keys_by_name({"x": {"litellm_provider": "openai", "mode": mode}})) == []
