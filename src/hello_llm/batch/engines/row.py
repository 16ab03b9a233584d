"""A call as plain JSON values: what another machine needs to make it, and what it sends back.

No secret is among them: the other machine reads keys, logins and secret headers from its own
environment, by the names that the settings give.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

from hello_llm import __version__
from hello_llm.calls.opening import (
    OF_THE_PROVIDER,
    certificates,
    is_local,
    script_file,
)
from hello_llm.contract import ChatRequest, HelloLLMError, LLMReply, UsageError
from hello_llm.contract.model_facts import ModelFacts
from hello_llm.recording.document import error_document, reply_document, request_document
from hello_llm.recording.exchange import RecordedError
from hello_llm.recording.typed import dataclass_from, value_at
from hello_llm.settings.fields import Settings

_SENT = (
    *(name for name in OF_THE_PROVIDER if name != "script"),
    *("first_token_timeout", "idle_timeout", "timeout"),
)
"""The settings that matter for one call elsewhere."""

_PRICES = ("input", "output", "cached_input")
_NOWHERE = Path("/none")
"""Files are looked for beside the configuration file, and absolute paths anywhere."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call."""

    settings: Settings
    """The settings that matter for it."""
    request: ChatRequest
    """What to ask."""
    stream: bool
    """Whether to ask the server for a streamed reply."""

    @property
    def key(self) -> str:
        """A text that is the same for rows that one provider can answer."""
        return repr([getattr(self.settings, name) for name in _SENT])

    def to_json(self) -> dict[str, Any]:
        """Return the row as JSON values, which hold no secret.

        Raises:
            UsageError: a certificate of the settings is not there.
        """
        settings = {name: getattr(self.settings, name) for name in _SENT}
        if self.settings.provider == "litellm":
            files = asdict(certificates(self.settings))
            settings |= {key: file and str(file.absolute()) for key, file in files.items()}
        return _plain(
            {
                "version": __version__,
                "settings": settings,
                "prices": _prices(self.settings),
                "request": request_document(self.request),
                "stream": self.stream,
            }
        )

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """Build the row that :meth:`to_json` has written.

        Raises:
            UsageError: another version of hello-llm has written it.
            ValueError: it is no row.
        """
        version = value_at(row, "version", str)
        if version != __version__:
            raise UsageError(
                f"hello-llm is {version} here and {__version__} where the calls are made",
                "install the same version everywhere",
            )
        values = value_at(row, "settings", dict[str, Any])
        settings = Settings(
            **values,
            lazy_imports=False,  # the process makes many calls, on a machine without our cache
            config_file=_NOWHERE,
            models=_facts(row, values),
        )
        return cls(settings, value_at(row, "request", ChatRequest), value_at(row, "stream", bool))


@dataclass(frozen=True, slots=True)
class _SentError(RecordedError):
    """An error with what only the driver of a run needs."""

    refuses_stream: bool = False
    unsent: bool = False


def answer_to_json(answer: LLMReply | HelloLLMError) -> dict[str, Any]:
    """Return how a call has ended, as JSON values."""
    if isinstance(answer, LLMReply):
        return _plain({"reply": reply_document(answer)})
    more = {"refuses_stream": answer.refuses_stream, "unsent": answer.unsent}
    return _plain({"error": error_document(RecordedError.of(answer)) | more})


def answer_from_json(document: Mapping[str, Any]) -> LLMReply | HelloLLMError:
    """Return how a call has ended, as :func:`answer_to_json` has written it.

    Raises:
        ValueError: it is no answer.
    """
    if "reply" in document:
        return dataclass_from(LLMReply, document["reply"])
    sent = value_at(document, "error", _SentError)
    error: HelloLLMError = sent.error()
    error.refuses_stream, error.unsent = sent.refuses_stream, sent.unsent
    return error


def check_portable(settings: Settings, engine: str) -> None:
    """Check that a call under `settings` can be made on another machine.

    Raises:
        UsageError: it needs a model or a script of this machine.
    """
    hint = "leave out --engine"
    if is_local(settings.model):
        raise UsageError(
            f"{settings.model} runs on this machine, and --engine {engine} asks from others", hint
        )
    if script_file(settings) is not None:
        raise UsageError(
            f"a script is played on this machine, and --engine {engine} asks from others", hint
        )


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return `document` as it is once it has been sent as JSON: with lists in place of tuples."""
    return json.loads(json.dumps(document, default=dict))  # type: ignore[no-any-return]


def _prices(settings: Settings) -> dict[str, str | None]:
    """Return the configured prices of the model, in US dollars as text; empty without any."""
    facts = settings.models.get(settings.model or "")
    if facts is None or not facts.priced:
        return {}
    prices = {name: getattr(facts, name) for name in _PRICES}
    return {name: None if price is None else str(price) for name, price in prices.items()}


def _facts(row: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, ModelFacts]:
    prices = value_at(row, "prices", dict[str, Any])
    if not prices:
        return {}
    own = [None if prices[name] is None else Decimal(prices[name]) for name in _PRICES]
    facts = ModelFacts(input=own[0], output=own[1], cached_input=own[2])
    return {settings["model"]: facts}
