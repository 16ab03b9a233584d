"""Keeps LiteLLM from loading things that calls never use: a tokenizer, its proxy's models, MCP.

Other programs need all three. Here only the server's own token counts are trusted, and no message
has files stored in LiteLLM's proxy. So the tokenizer (0.12 s and 35 MiB, for every vendor that is
not called through the OpenAI library) is loaded on first use, and the models (0.06 s) only for a
message that is more than text. LiteLLM's gateway for MCP tools is never called: the first call to
the Responses API would import it (1 s, 22 MiB), along with a package that LiteLLM does not declare
as a dependency. The cost: this relies on three names in LiteLLM, which are patched only if they
exist.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

_TOKENIZER = "encoding"
_LOAD_TOKENIZER = "_load_default_encoding"
_REWRITE = "update_messages_with_model_file_ids"
_GATEWAY = "_responses_try_dispatch_mcp_gateway"


def spare(litellm: Any) -> None:
    """Make LiteLLM load its tokenizer and its proxy's models on first use, and no gateway."""
    main = litellm.main
    if hasattr(main, _LOAD_TOKENIZER):
        vars(main).setdefault(_TOKENIZER, _Tokenizer(getattr(main, _LOAD_TOKENIZER)))
    if hasattr(main, _REWRITE):
        setattr(main, _REWRITE, _for_more_than_text(getattr(main, _REWRITE)))
    # As an attribute of the package, ``responses`` is a function, not the subpackage.
    responses = import_module("litellm.responses.main")
    if hasattr(responses, _GATEWAY):
        setattr(responses, _GATEWAY, _no_gateway)


class _Tokenizer:
    """LiteLLM's tokenizer, loaded on first use."""

    def __init__(self, load: Callable[[], Any]) -> None:
        self._load = load

    def __getattr__(self, name: str) -> Any:
        return getattr(self._load(), name)


def _for_more_than_text(rewrite: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap `rewrite` so that plain-text messages skip it."""

    def rewrite_or_not(messages: list[Any], **named: object) -> Any:
        plain = all(isinstance(message.get("content"), str | None) for message in messages)
        return messages if plain else rewrite(messages=messages, **named)

    return rewrite_or_not


def _no_gateway(**_call: object) -> None:
    """Dispatch nothing: the gateway serves a proxy's tools, and calls here never have any."""
