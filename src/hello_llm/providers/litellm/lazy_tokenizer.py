"""Spares a call what LiteLLM loads for it and never uses: a tokenizer, its proxy's models, MCP.

All are needed by other programs than this one. A server's own count of tokens is the only one
that is believed here, and a message has no files that LiteLLM's proxy keeps. So the tokenizer
(0.12 s and 35 MiB, for every vendor but those of the OpenAI library) is loaded when it is asked
for something, and the models (0.06 s) when a message is more than text. LiteLLM's gateway for MCP
tools is never asked: the first call by the Responses API would import it (1 s, 22 MiB), and with it
a package that LiteLLM does not declare. What this costs: it rests on three names in LiteLLM, which
are looked for and not created.
"""

import sys
from collections.abc import Callable
from typing import Any

_TOKENIZER = "encoding"
_REWRITE = "update_messages_with_model_file_ids"
_GATEWAY = "_responses_try_dispatch_mcp_gateway"


def spare(litellm: Any) -> None:  # noqa: ANN401 - the module is untyped
    """Let LiteLLM load its tokenizer and its proxy's models at their first use, and no gateway."""
    names = vars(litellm.main)
    if "_load_default_encoding" in names:
        names.setdefault(_TOKENIZER, _Tokenizer(names["_load_default_encoding"]))
    if _REWRITE in names:
        names[_REWRITE] = _for_more_than_text(names[_REWRITE])
    # The package's name for the module now stands for the function in it.
    responses = sys.modules.get("litellm.responses.main")
    if hasattr(responses, _GATEWAY):
        vars(responses)[_GATEWAY] = _no_gateway


class _Tokenizer:
    """LiteLLM's tokenizer, loaded when it is asked for something."""

    def __init__(self, load: Callable[[], Any]) -> None:
        self._load = load

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the tokenizer has
        return getattr(self._load(), name)


def _for_more_than_text(rewrite: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap `rewrite` so that messages of plain text skip it."""

    def rewrite_or_not(messages: list[Any], **named: Any) -> Any:  # noqa: ANN401 - as `rewrite`
        plain = all(isinstance(message.get("content"), str | None) for message in messages)
        return messages if plain else rewrite(messages=messages, **named)

    return rewrite_or_not


def _no_gateway(**_call: Any) -> None:  # noqa: ANN401 - as LiteLLM calls it
    """Hand no call to the gateway: it serves tools of a proxy, and no call here has any."""
