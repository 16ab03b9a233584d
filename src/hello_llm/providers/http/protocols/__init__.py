"""The vendors' wire protocols: parses their answers and rewrites them for LiteLLM."""

from hello_llm.providers.http.protocols.anthropic import AnthropicReplies
from hello_llm.providers.http.protocols.cohere import CohereReplies
from hello_llm.providers.http.protocols.gemini import GeminiReplies
from hello_llm.providers.http.protocols.ollama import OllamaReplies
from hello_llm.providers.http.protocols.openai import OpenAIReplies
from hello_llm.providers.http.protocols.piece import Json, ReplyProtocol
from hello_llm.providers.http.protocols.responses import ResponsesReplies
from hello_llm.providers.http.protocols.unread import UnreadReplies

RESPONSES = "responses"
"""Used in place of the vendor's name for any call through the Responses API."""

_OWN_PROTOCOLS: dict[str, type[ReplyProtocol]] = {
    "anthropic": AnthropicReplies,
    "cohere": CohereReplies,
    "cohere_chat": CohereReplies,
    "gemini": GeminiReplies,
    "ollama_chat": OllamaReplies,
    RESPONSES: ResponsesReplies,
}
"""Vendors that do not speak OpenAI's Chat Completions, with the protocol they speak."""

_UNREAD_VENDORS = frozenset(
    """
    bytez clarifai cloudflare langflow langgraph maritalk nlp_cloud oci oobabooga petals predibase
    ragflow replicate sagemaker_chat snowflake triton watsonx_text
    """.split()
)
"""Vendors whose own protocol LiteLLM can read and we cannot."""


def protocol_of(vendor: str, first: Json, *, by_lines: bool = False) -> ReplyProtocol:
    """Return the reader for an answer from `vendor` that begins with `first`.

    Args:
        vendor: the vendor whose protocol LiteLLM expects.
        first: the first JSON object of the answer.
        by_lines: whether a protocol that only LiteLLM can read is sent as JSON lines.
    """
    if vendor in _OWN_PROTOCOLS:
        return _OWN_PROTOCOLS[vendor]()
    if "choices" not in first and vendor in _UNREAD_VENDORS:
        return UnreadReplies(by_lines=by_lines)
    return OpenAIReplies()
