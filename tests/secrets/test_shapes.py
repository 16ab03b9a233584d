"""What is taken for a secret, and what is not."""

import pytest

from hello_llm.secrets.names import looks_random, names_a_secret
from hello_llm.secrets.shapes import looks_like_secret

# Put together here, so that no scanner of repositories takes them for real ones.
SECRETS = {
    "OpenAI": "sk-" + "aB3d" * 12,
    "OpenAI, of a project": "sk-proj-" + "A" * 40,
    "OpenAI, short and alone": "sk-" + "abcdefgh",
    "Anthropic": "sk-ant-api03-" + "aB3_" * 20,
    "OpenRouter": "sk-or-v1-" + "0f" * 32,
    "Google": "AIza" + "Sy3_" * 9,
    "Google OAuth": "ya29." + "a0Af_" * 10,
    "Groq": "gsk_" + "aB3d" * 13,
    "Hugging Face": "hf_" + "aBcD" * 9,
    "xAI": "xai-" + "aB3d" * 20,
    "Perplexity": "pplx-" + "0f" * 24,
    "NVIDIA": "nvapi-" + "aB3_" * 16,
    "Cerebras": "csk-" + "a1b2" * 12,
    "Replicate": "r8_" + "aB3d" * 10,
    "Fireworks": "fw_" + "aB3d" * 6,
    "GitHub": "ghp_" + "aB3d" * 9,
    "GitHub, of a server": "ghs_" + "aB3d" * 9,
    "GitHub, fine-grained": "github_pat_" + "11AB" * 20,
    "GitLab": "glpat-" + "aB3d" * 5,
    "Slack": "xoxb-" + "123456789-" * 3,
    "AWS": "AKIA" + "ABCD" * 4,
    "AWS, temporary": "ASIA" + "ABC1" * 4,
    "JSON Web Token": "eyJ" + "hbGciOi" * 3 + ".eyJ" + "zdWIi" * 4 + "." + "a" * 43,
    "header": "Authorization: Bearer " + "0f1e" * 8,
    "lower-case header": "bearer " + "abc123" * 4,
    "private key": "-----BEGIN OPENSSH " + "PRIVATE KEY-----",
    "within a sentence": "Use the key sk-" + "aB3d" * 12 + " for this.",
    "within an address": "http://127.0.0.1/?k=sk-" + "aB3d" * 12,
    "on a line of its own": "first\nghp_" + "aB3d" * 9 + "\nlast",
}

HARMLESS = [
    "",
    "mock",
    "openai/gpt-4o-mini-2024-07-18",
    "anthropic/claude-3-5-sonnet-20241022",
    "bedrock/anthropic.claude-3-5-sonnet-20241022-v2:0",
    "ollama/qwen2.5:0.5b-instruct-q4_K_M",
    "openrouter/x-ai/grok-4-fast",
    "xai/grok-2-vision-1212",
    "huggingface/together/deepseek-ai/DeepSeek-R1-Distill-Qwen-32B",
    "groq/llama-3.3-70b-versatile",
    "local/smollm2",
    "~/models/SmolLM2-135M-Instruct-Q4_K_M.gguf",
    "http://127.0.0.1:11434",
    "https://my-resource-12345.openai.azure.com/openai/deployments/gpt-4o?api-version=2024-10-21",
    "https://bedrock-runtime.eu-central-1.amazonaws.com",
    "OPENAI_API_KEY",
    "AZURE_OPENAI_API_KEY_2",
    "Review commit ad5303139c8b3b1fae4e2f1c3f2d7a90b4c6e8d1.",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "Never print keys such as sk-… or hf_… or a Bearer token.",
    "Explain scikit-learn (sk-learn) and a risk-adjusted-return-on-capital model.",
    "The bearer of this letter is a friend. Bearer bonds were common.",
    "Bearer authentication-and-authorization is described in RFC 6750.",
    "Call hf_hub_download and hf_transformers_pipeline_for_text.",
    "Describe the country AKIA and the continent ASIA.",
    "123e4567-e89b-12d3-a456-426614174000",
]


@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS.keys())
def test_a_secret_is_recognised(text):
    assert looks_like_secret(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_an_ordinary_text_is_no_secret(text):
    assert not looks_like_secret(text)


@pytest.mark.parametrize(
    "text", ["a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6", "9f86d081884c7d659a2feaa0c55ad015"]
)
def test_a_long_run_of_letters_and_digits_looks_random(text):
    assert looks_random(text)


@pytest.mark.parametrize(
    "text", ["OPENAI_API_KEY", "AZURE2024EASTUS", "2024-10-21-preview", "MYVERYLONGVARIABLENAME2"]
)
def test_a_name_does_not_look_random(text):
    assert not looks_random(text)


@pytest.mark.parametrize(
    "key",
    [
        "api_key",
        "API-KEY",
        "apikey",
        "token",
        "auth_token",
        "openai_api_key",
        "HF_TOKEN",
        "secret",
        "client_secret",
        "password",
        "aws_secret_access_key",
        "authorization",
    ],
)
def test_the_name_of_a_secret_is_recognised(key):
    assert names_a_secret(key)


@pytest.mark.parametrize(
    "key", ["api_key_env", "max_token", "max_tokens", "key", "keys", "model", "monkey"]
)
def test_the_name_of_another_setting_is_no_secret(key):
    assert not names_a_secret(key)
