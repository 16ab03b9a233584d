"""JSON output: one document, with the same shape for success and failure."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from hello_llm.contract import (
    ExitCode,
    Finished,
    HelloLLMError,
    LLMReply,
    Retrying,
    Started,
    StreamEvent,
    Usage,
)
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.sanitize import UNSAFE
from hello_llm.rendering.terminal import Terminal
from hello_llm.rendering.usage_table import write_usage
from hello_llm.text.ci_commands import disarmed_json
from hello_llm.text.surrogates import join_surrogates

Redact = Callable[[str], str]
"""Removes secrets from a text."""

REPLY_SCHEMA = "hello-llm.reply/1"
_REPLY_KEYS = (
    "text",
    "provider",
    "model",
    "usage",
    "finish_reason",
    "complete",
    "attempts",
    "request_id",
    "reasoning",
    "tool_calls",
    "model_served",
)
_SAID = ("request_id", "model_served")
"""What the server says about the call rather than in answer to it."""
_UNSAFE = re.compile(f"[{UNSAFE}]")


def document(
    reply: LLMReply | None,
    error: HelloLLMError | None = None,
    exit_code: ExitCode | None = None,
    *,
    provider: str | None = None,
    model: str | None = None,
    attempts: int = 0,
    redact: Redact = str,
) -> dict[str, Any]:
    """Return the document of a finished call.

    Args:
        reply: the reply; if ``None``, the partial reply that `error` carries, if any.
        error: why the call failed, if it did.
        exit_code: the exit code of the process; by default the exit code of `error`, or OK.
        provider: the provider, used only if there is no reply to name it.
        model: the model, likewise.
        attempts: the number of calls made so far, likewise.
        redact: removes secrets from the error and from what the server says about the call; the
            answer stays exact.
    """
    if reply is None and error is not None:
        reply = error.partial
    if exit_code is None:
        exit_code = ExitCode.OK if error is None else error.exit_code
    body = _empty(provider, model, attempts) if reply is None else asdict(reply)
    del body["usage"]["usd_nanos"]
    for key in _SAID:
        if body[key] is not None:
            body[key] = redact(body[key])
    return {
        **head(REPLY_SCHEMA, exit_code),
        **{key: body[key] for key in _REPLY_KEYS},
        "error": None if error is None else describe_error(error, exit_code, redact),
    }


def head(schema: str, exit_code: ExitCode) -> dict[str, Any]:
    """Return what every document begins with: its schema, and how the process ends."""
    return {"schema": schema, "ok": exit_code is ExitCode.OK, "exit_code": int(exit_code)}


def failure(
    schema: str, empty: Mapping[str, Any], error: HelloLLMError, redact: Redact
) -> dict[str, Any]:
    """Return the document of a command that ended with `error`.

    Args:
        schema: the schema of the document.
        empty: the rest of it, without values.
        error: the error.
        redact: removes secrets from the message and the hint.
    """
    described = describe_error(error, error.exit_code, redact)
    return {**head(schema, error.exit_code), **empty, "error": described}


def describe_error(error: HelloLLMError, exit_code: ExitCode, redact: Redact) -> dict[str, Any]:
    """Return `error` as every document describes it.

    Args:
        error: the error.
        exit_code: the exit code of the process.
        redact: removes secrets from the message and the hint.
    """
    return {
        "code": exit_code.name,
        "message": redact(error.message),
        "hint": None if error.hint is None else redact(error.hint),
        "status": error.status,
    }


def json_line(value: Mapping[str, Any]) -> bytes:
    """Return `value` as one line of JSON in UTF-8.

    Control and invisible characters are written as escapes, which JSON parsers decode again. So
    are lone surrogates, which UTF-8 cannot encode, and commands that a CI system would run.
    """
    text = join_surrogates(json.dumps(value, ensure_ascii=False))
    text = _UNSAFE.sub(lambda match: json.dumps(match[0])[1:-1], text)
    return f"{disarmed_json(text)}\n".encode()


class Progress:
    """Keeps the provider, the model and the attempts for the document of a failed call."""

    def __init__(self, provider: str | None, model: str | None) -> None:
        """Start with `provider` and `model`, until an event names them."""
        self.provider = provider
        self.model = model
        self.attempts = 0

    def note(self, event: StreamEvent) -> None:
        """Update the progress from `event`."""
        match event:
            case Started(provider, model):
                self.provider, self.model, self.attempts = provider, model, 1
            case Retrying(attempt=attempt, model=model):
                self.model, self.attempts = model, attempt + 1

    def failure(self, error: HelloLLMError, redact: Redact) -> dict[str, Any]:
        """Return the document of a call that ended with `error`."""
        return document(
            None,
            error,
            provider=self.provider,
            model=self.model,
            attempts=self.attempts,
            redact=redact,
        )


class JsonRenderer:
    """Writes the document when the call ends."""

    def __init__(
        self, terminal: Terminal, messages: Messages, progress: Progress, *, usage: bool
    ) -> None:
        """Write to the standard output of `terminal`; `usage` adds a table on standard error."""
        self._terminal = terminal
        self._messages = messages
        self._progress = progress
        self._usage = usage

    def show(self, event: StreamEvent) -> None:
        """Write the document if `event` is the last one; report a retry on standard error."""
        self._progress.note(event)
        match event:
            case Retrying():
                self._messages.retrying(event)
            case Finished(reply):
                self._write(document(reply, redact=self._messages.redact))
                self._write_usage(reply)

    def refresh(self) -> None:
        """Do nothing: nothing is held back."""

    def fail(self, error: HelloLLMError) -> None:
        """Write the document of the failure, and report the error in prose on standard error."""
        failure = self._progress.failure(error, self._messages.redact)
        try:
            self._write_failure(failure)
        finally:
            self._messages.error(error)

    def _write_failure(self, failure: dict[str, Any]) -> None:
        self._write(failure)

    def _write_usage(self, reply: LLMReply) -> None:
        if self._usage:
            write_usage(self._terminal, self._messages, reply)

    def _write(self, line: dict[str, Any]) -> None:
        self._terminal.write_stdout(json_line(line))


def _empty(provider: str | None, model: str | None, attempts: int) -> dict[str, Any]:
    nothing = LLMReply(
        text="",
        provider="",
        model="",
        usage=Usage(),
        finish_reason=None,
        complete=False,
        attempts=attempts,
    )
    return asdict(nothing) | {"provider": provider, "model": model}
