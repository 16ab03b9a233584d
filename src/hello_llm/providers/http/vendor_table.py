"""The differences between vendors, as data: keys, hosts, and which HTTP client LiteLLM accepts."""

import re

OPENAI_SDK_VENDORS = frozenset(
    """
    ai21 ai21_chat aiml apertis assemblyai baseten cerebras charity_engine chutes codestral
    cognition cortecs custom_openai darkbloom dashscope deepinfra docker_model_runner empower
    featherless_ai friendliai galadriel github helicone hyperbolic inception lambda_ai libertai
    litellm_proxy llamafile lm_studio meta meta_llama modelscope moonshot morph nano-gpt nebius
    neosantara novita nscale nvidia_nim openai parasail perplexity pinstripes poe prism publicai
    qwen_ai_platform qwencloud reka sail sambanova scaleway scx-ai synthetic tencent tensormesh
    v0 vercel_ai_gateway volcengine wandb xiaomi_mimo xinference zai
    """.split()
)
"""Vendors that LiteLLM reaches through the OpenAI SDK; calls to them accept an OpenAI client."""

AZURE_VENDORS = frozenset({"azure", "azure_text"})
"""Vendors that LiteLLM reaches through the OpenAI SDK's client for Azure."""

UNSEEN_VENDORS = frozenset({"bedrock", "sagemaker", "vertex_ai"})
"""Vendors whose answers only LiteLLM can read, and whose requests it may sign."""

WHOLE_ENDPOINTS = {"cohere": "/v2/chat", "cohere_chat": "/v2/chat"}
"""Vendors for which LiteLLM calls the base as it is, with the endpoint to append to it."""

KEYLESS_BASES = {
    "ollama": "http://localhost:11434",
    "ollama_chat": "http://localhost:11434",
    "lm_studio": "http://localhost:1234/v1",
    "llamafile": "http://localhost:8080/v1",
    "hosted_vllm": "http://localhost:8000/v1",
    "xinference": "http://localhost:9997/v1",
}
"""Self-hosted servers with their default addresses; they need no key."""

_KEY_VARIABLES = {
    "azure": "AZURE_API_KEY",
    "azure_text": "AZURE_API_KEY",
    "codestral": "CODESTRAL_API_KEY",
    "fireworks_ai": "FIREWORKS_AI_API_KEY",
    "lambda_ai": "LAMBDA_API_KEY",
    "meta_llama": "LLAMA_API_KEY",
    "perplexity": "PERPLEXITYAI_API_KEY",
    "together_ai": "TOGETHERAI_API_KEY",
}
"""The key variables of vendors; most are not simply the vendor's name plus ``_API_KEY``."""

_PLAIN_KEY_VENDORS = frozenset(
    """
    ai21 anthropic cerebras cohere dashscope databricks deepinfra deepseek featherless_ai gemini
    groq huggingface hyperbolic mistral moonshot nebius novita nvidia_nim openai openrouter
    replicate sambanova volcengine voyage xai zai
    """.split()
)
"""Vendors that need a key in the variable named by the rule; it is checked before any call."""

BASELESS_VENDORS = frozenset(
    {"aiohttp_openai", "azure", "azure_ai", "azure_text", "custom_openai", "litellm_proxy"}
)
"""Vendors without one address for all users; for some, LiteLLM would send the key to OpenAI."""

VENDOR_HOSTS = {
    "anthropic": "api.anthropic.com",
    "azure": ".openai.azure.com",
    "azure_ai": ".services.ai.azure.com",
    "azure_text": ".openai.azure.com",
    "cerebras": "api.cerebras.ai",
    "cohere": "api.cohere.com",
    "deepseek": "api.deepseek.com",
    "gemini": "generativelanguage.googleapis.com",
    "groq": "api.groq.com",
    "mistral": "api.mistral.ai",
    "openai": "api.openai.com",
    "openrouter": "openrouter.ai",
    "perplexity": "api.perplexity.ai",
    "together_ai": "api.together.ai",
    "xai": "api.x.ai",
}
"""Each vendor's own host, or its domain with a leading dot; only there may its key be sent."""

KEY_PAGES = {
    "ai21": "studio.ai21.com",
    "anthropic": "console.anthropic.com/settings/keys",
    "azure": "portal.azure.com",
    "azure_text": "portal.azure.com",
    "cerebras": "cloud.cerebras.ai",
    "codestral": "console.mistral.ai/codestral",
    "cohere": "dashboard.cohere.com/api-keys",
    "dashscope": "bailian.console.alibabacloud.com",
    "deepinfra": "deepinfra.com/dash/api_keys",
    "deepseek": "platform.deepseek.com/api_keys",
    "featherless_ai": "featherless.ai/account/api-keys",
    "fireworks_ai": "app.fireworks.ai/settings/users/api-keys",
    "gemini": "aistudio.google.com/apikey",
    "groq": "console.groq.com/keys",
    "huggingface": "huggingface.co/settings/tokens",
    "lambda_ai": "cloud.lambda.ai/api-keys",
    "meta_llama": "llama.developer.meta.com",
    "mistral": "console.mistral.ai/api-keys",
    "moonshot": "platform.moonshot.ai/console/api-keys",
    "novita": "novita.ai/settings/key-management",
    "nvidia_nim": "build.nvidia.com",
    "openai": "platform.openai.com/api-keys",
    "openrouter": "openrouter.ai/settings/keys",
    "perplexity": "www.perplexity.ai/settings/api",
    "replicate": "replicate.com/account/api-tokens",
    "sambanova": "cloud.sambanova.ai/apis",
    "together_ai": "api.together.ai/settings/api-keys",
    "volcengine": "console.volcengine.com/ark",
    "voyage": "dashboard.voyageai.com",
    "xai": "console.x.ai",
    "zai": "z.ai/manage-apikey/apikey-list",
}
"""For each vendor that needs a key, the page where one is created."""


def key_variable(vendor: str) -> str:
    """Return the environment variable that by convention contains the key of `vendor`."""
    rule = re.sub(r"\W", "_", vendor).upper() + "_API_KEY"
    return _KEY_VARIABLES.get(vendor, rule)


def needs_key(vendor: str) -> bool:
    """Return whether `vendor` is known to reject every call without its key."""
    return vendor in _PLAIN_KEY_VENDORS or vendor in _KEY_VARIABLES
