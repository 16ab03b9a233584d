"""A model's name holds its vendor, and a wrong one gets a suggestion that works."""

import pytest

from hello_llm.contract import UsageError
from hello_llm.contract.model_name import ModelName


@pytest.mark.parametrize(
    ("text", "vendor", "name"),
    [
        ("openai/gpt-4o-mini", "openai", "gpt-4o-mini"),
        ("ollama/qwen2.5:0.5b", "ollama", "qwen2.5:0.5b"),
        ("openrouter/meta-llama/llama-3", "openrouter", "meta-llama/llama-3"),
        ("local/./models/a.gguf", "local", "./models/a.gguf"),
        ("mock/echo", "mock", "echo"),
        ("nano-gpt/x", "nano-gpt", "x"),
    ],
)
def test_a_name_is_split_at_its_first_slash(text, vendor, name):
    parsed = ModelName.parse(text)
    assert (parsed.vendor, parsed.name, str(parsed)) == (vendor, name, text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("gpt-4o-mini", "--model openai/gpt-4o-mini"),
        ("GPT-4o", "--model openai/GPT-4o"),
        ("o3-mini", "--model openai/o3-mini"),
        ("chatgpt-4o-latest", "--model openai/chatgpt-4o-latest"),
        ("gpt-oss-20b", "--model ollama/gpt-oss-20b"),
        ("claude-haiku-4-5", "--model anthropic/claude-haiku-4-5"),
        ("gemini-2.0-flash", "--model gemini/gemini-2.0-flash"),
        ("mistral-small-latest", "--model mistral/mistral-small-latest"),
        ("mixtral-8x7b", "--model mistral/mixtral-8x7b"),
        ("deepseek-chat", "--model deepseek/deepseek-chat"),
        ("deepseek-r1", "--model ollama/deepseek-r1"),
        ("grok-4", "--model xai/grok-4"),
        ("command-r", "--model cohere/command-r"),
        ("sonar", "--model perplexity/sonar"),
        ("smollm2", "--model local/smollm2"),
        ("llama3", "--model ollama/llama3"),
        ("qwen2.5:0.5b", "--model ollama/qwen2.5:0.5b"),
        ("gpt-4:latest", "--model ollama/gpt-4:latest"),
        (
            "foobar-9",
            "write VENDOR/MODEL, such as --model openai/gpt-4o-mini or --model ollama/qwen2.5:0.5b",
        ),
    ],
)
def test_a_name_without_a_vendor_gets_the_most_likely_one(text, hint):
    with pytest.raises(UsageError) as caught:
        ModelName.parse(text)
    assert (caught.value.message, caught.value.hint) == (
        f"model {text!r} has no vendor prefix",
        hint,
    )


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "opnai/gpt-4o",
            "unknown vendor 'opnai' in model 'opnai/gpt-4o'",
            "--model openai/gpt-4o",
        ),
        (
            "OpenAI/gpt-4o",
            "unknown vendor 'OpenAI' in model 'OpenAI/gpt-4o'",
            "--model openai/gpt-4o",
        ),
        (
            "qqqq/x",
            "unknown vendor 'qqqq' in model 'qqqq/x'",
            "--model openai/… or ollama/…; the documentation lists the vendors",
        ),
        ("openai/", "model 'openai/' names a vendor but no model", "--model openai/NAME"),
        ("openai/ ", "model 'openai/ ' names a vendor but no model", "--model openai/NAME"),
        (
            "/gpt-4o",
            "unknown vendor '' in model '/gpt-4o'",
            "--model openai/… or ollama/…; the documentation lists the vendors",
        ),
    ],
)
def test_a_wrong_vendor_and_an_empty_model_are_told(text, message, hint):
    with pytest.raises(UsageError) as caught:
        ModelName.parse(text)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_an_empty_name_names_no_vendor():
    with pytest.raises(UsageError, match=r"^model '' has no vendor prefix$"):
        ModelName.parse("")
