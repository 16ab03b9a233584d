"""Keeps LiteLLM from loading and doing what calls never use: tokenizers, logs, prices, MCP.

Other programs need them. Here only the server's own token counts are trusted, and no message has
files stored in LiteLLM's proxy. So the tokenizer (0.12 s and 35 MiB, for every vendor that is not
called through the OpenAI library) and the file of Claude's (40 ms and 30 MiB) are loaded on first
use, and the proxy's models (0.06 s) only for a message that is more than text. LiteLLM's gateway
for MCP tools is never called: the first call to the Responses API would import it (1 s, 22 MiB),
along with a package that LiteLLM does not declare as a dependency. Each call would be logged to
nobody, in a pool of threads and an event loop, and be priced for that again and again, with 10 to
90 searches of the price table. The cost: this relies on some names in LiteLLM, which are patched
only if they exist.
"""

import importlib.resources
import io
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, NamedTuple

_TOKENIZER = "encoding"
_LOAD_TOKENIZER = "_load_default_encoding"
_REWRITE = "update_messages_with_model_file_ids"
_TOKENIZERS = "litellm.litellm_core_utils.tokenizers"
_CLAUDES = "claude_json_str"
_POOL = "executor"


class _Place(NamedTuple):
    """A function or method of LiteLLM's."""

    module: str
    """Its module; as an attribute of the package, ``responses`` is a function."""
    owner: str | None
    """Its class."""
    name: str
    """Its name."""


_GATEWAY = _Place("litellm.responses.main", None, "_responses_try_dispatch_mcp_gateway")
_LOGS = (
    _Place("litellm.litellm_core_utils.litellm_logging", "Logging", "failure_handler"),
    _Place("litellm.litellm_core_utils.litellm_logging", "Logging", "response_cost_calculator"),
    _Place("litellm._service_logger", "ServiceLogging", "_dispatch_from_sync"),
)
"""What does nothing for a call."""


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
    main, utils = litellm.main, litellm.utils
    if hasattr(main, _LOAD_TOKENIZER):
        vars(main).setdefault(_TOKENIZER, _Tokenizer(getattr(main, _LOAD_TOKENIZER)))
    if hasattr(main, _REWRITE):
        setattr(main, _REWRITE, _for_more_than_text(getattr(main, _REWRITE)))
    if getattr(utils, _CLAUDES, None) == "{}":
        delattr(utils, _CLAUDES)
        utils.__getattr__ = _finding_claudes(vars(utils), utils.__getattr__)
    if hasattr(utils, _POOL):
        getattr(utils, _POOL).submit = _not_submitted
    _spare(_GATEWAY, _no_gateway)
    for method in _LOGS:
        _spare(method, _nothing)


def _spare(place: _Place, instead: Callable[..., None]) -> None:
    """Replace what is at `place` by `instead`, if there is something."""
    with suppress(ImportError):
        owner: object = import_module(place.module)
        if place.owner is not None:
            owner = getattr(owner, place.owner, None)
        if hasattr(owner, place.name):
            setattr(owner, place.name, instead)


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
