"""Keeps LiteLLM from loading and doing what calls never use: tokenizers, logs, prices, MCP.

Other programs need them. Here only the server's own token counts are trusted, and no message has
files stored in LiteLLM's proxy. So the tokenizer (0.12 s and 35 MiB, for every vendor that is not
called through the OpenAI library) and the file of Claude's (20 ms and 2 MiB) are loaded on first
use, and the proxy's models (0.06 s) only for a message that is more than text. LiteLLM's gateway
for MCP tools is never called: the first call to the Responses API would import it (1 s, 22 MiB),
along with a package that LiteLLM does not declare as a dependency. Each call would be logged to
nobody, in a pool of threads and an event loop, and be priced for that again and again, with 10 to
90 searches of the price table. The cost: this relies on some names in LiteLLM, which are patched
only if they exist.
"""

import importlib.resources
import io
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

_TOKENIZER = "encoding"
_REWRITE = "update_messages_with_model_file_ids"
_GATEWAY = "_responses_try_dispatch_mcp_gateway"
_TOKENIZERS = "litellm.litellm_core_utils.tokenizers"
_CLAUDES = "claude_json_str"
_LOGS = (
    ("litellm.litellm_core_utils.litellm_logging", "Logging", "failure_handler"),
    ("litellm.litellm_core_utils.litellm_logging", "Logging", "response_cost_calculator"),
    ("litellm._service_logger", "ServiceLogging", "_dispatch_from_sync"),
)
"""Methods that do nothing for a call: the module, the class and the name of each."""


@contextmanager
def without_claudes_tokenizer() -> Iterator[None]:
    """Let LiteLLM be imported without the file of Claude's tokenizer; see :func:`spare`."""
    files = importlib.resources.files

    def files_or_none(package: Any, *others: Any) -> Any:
        return _EmptyFolder() if package == _TOKENIZERS else files(package, *others)

    importlib.resources.files = files_or_none
    try:
        yield
    finally:
        importlib.resources.files = files


def spare(litellm: Any) -> None:
    """Make LiteLLM load its tokenizers and its proxy's models on first use, and log nothing."""
    names = vars(litellm.main)
    if "_load_default_encoding" in names:
        names.setdefault(_TOKENIZER, _Tokenizer(names["_load_default_encoding"]))
    if _REWRITE in names:
        names[_REWRITE] = _for_more_than_text(names[_REWRITE])
    # As an attribute of the package, ``responses`` is a function, not the subpackage.
    responses = sys.modules.get("litellm.responses.main")
    if hasattr(responses, _GATEWAY):
        vars(responses)[_GATEWAY] = _no_gateway
    utils = vars(sys.modules.get("litellm.utils", object))
    if utils.get(_CLAUDES) == "{}":
        del utils[_CLAUDES]
        utils["__getattr__"] = _finding_claudes(utils, utils["__getattr__"])
    _spare_logs()


def _spare_logs() -> None:
    """Make LiteLLM keep no log of a call, nor price it for that."""
    pool = getattr(sys.modules.get("litellm.utils"), "executor", None)
    if pool is not None:
        pool.submit = _not_submitted
    for module, owner, method in _LOGS:
        kind = getattr(sys.modules.get(module), owner, None)
        if hasattr(kind, method):
            setattr(kind, method, _nothing)


class _EmptyFolder:
    """Takes the place of the folder of tokenizers; each file in it holds an empty object."""

    def joinpath(self, _name: str) -> "_EmptyFolder":
        return self

    def open(self, *_: object, **__: object) -> io.StringIO:
        return io.StringIO("{}")


def _finding_claudes(
    utils: dict[str, Any], find: Callable[[str], object]
) -> Callable[[str], object]:
    """Wrap `find`, which finds names that `utils` lacks, to find that of the tokenizer, too."""

    def finding(name: str) -> object:
        if name != _CLAUDES:
            return find(name)
        import json

        folder = importlib.resources.files(_TOKENIZERS)
        with folder.joinpath("anthropic_tokenizer.json").open(encoding="utf-8") as file:
            utils[name] = json.dumps(json.load(file))
        return utils[name]

    return finding


def _not_submitted(*_: object, **__: object) -> Future[Any]:
    future: Future[Any] = Future()
    future.cancel()
    return future


def _nothing(*_: object, **__: object) -> None:
    """Do nothing in place of a method."""


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
