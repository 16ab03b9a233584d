"""The mock provider that answers from a script."""

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from hello_llm.contract import (
    ChatRequest,
    EventStream,
    LLMReply,
    ReplyBuilder,
    StreamEvent,
    UsageError,
    fold,
)
from hello_llm.contract.model_name import ModelName
from hello_llm.machine.environment import whole_environ
from hello_llm.providers.http.route import Route, resolve_route
from hello_llm.providers.mock.matching import last_prompt
from hello_llm.providers.mock.play import Play
from hello_llm.providers.mock.playing import Limits, MockCall, changed
from hello_llm.providers.mock.provider import DEFAULT_MODEL, greeting, within_limits

STAND_IN = "http://mock.invalid"
"""The address that messages give for the server, which does not exist."""

_NO_KEY = "sk-mock-no-key"


class ScriptedMock:
    """Answers according to the rules of a script; several threads can use it at once."""

    name = "mock"

    def __init__(
        self,
        *,
        script: Path | Play,
        model: str = DEFAULT_MODEL,
        api_base: str | None = None,
        api_key_env: str | None = None,
        connect_timeout: float | None = 10.0,
        timeout: float | None = 600.0,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Read the script; the other arguments are the same as for the LiteLLM provider.

        Args:
            script: the TOML file, or a `Play` to share with other providers.
            model: the model for requests that do not name one.
            api_base: the address to give in messages.
            api_key_env: the environment variable to give in messages.
            connect_timeout: seconds to wait for a connection; ``None`` or 0 waits forever.
            timeout: seconds to wait for each piece of an answer; ``None`` or 0 waits forever.
            environ: the environment with the key that ``ansi-in-error`` echoes; by default that of
                the process.

        Raises:
            UsageError: the script cannot be read or is not valid, or `model` is not
                vendor-qualified.
        """
        self.model = str(ModelName.parse(model))
        self.api_base = api_base
        self.api_key_env = api_key_env
        self._environ = whole_environ() if environ is None else environ
        self._play = script if isinstance(script, Play) else Play(script)
        self._limits = Limits(
            connect_s=connect_timeout or None,
            answer_s=timeout or None,
            real=self._play.real,
        )
        self._open: set[MockCall] = set()

    def chat(self, request: ChatRequest | str) -> LLMReply:
        """Return the whole reply; see :meth:`LLMProvider.chat <hello_llm.LLMProvider.chat>`."""
        chat = ChatRequest.coerce(request)
        with closing(self._events(chat, self._call(chat, stream=False))) as events:
            return fold(events)

    def stream_chat(self, request: ChatRequest | str) -> EventStream:
        """Stream the reply in the pieces that the script defines."""
        chat = ChatRequest.coerce(request)
        call = self._call(chat, stream=True)
        return EventStream(self._events(chat, call), call.abort, served=lambda: call.served)

    def close(self) -> None:
        """Abort all calls in progress, from any thread; the provider remains usable."""
        for call in tuple(self._open):
            call.abort()

    def finish(self) -> None:
        """Check, after the last call, that every rule was used unless it is optional.

        Raises:
            UsageError: a rule that is not optional matched no prompt.
        """
        self._play.finish()

    def _call(self, request: ChatRequest, *, stream: bool) -> MockCall:
        return MockCall(self._route(request.model or self.model), stream, self._limits)

    def _route(self, model: str) -> Route:
        """Return the route that a real call would take; the mock works without a key."""
        variable = self.api_key_env
        key = variable and (self._environ.get(variable, "").strip() or _NO_KEY)
        return resolve_route(
            model,
            api_base=self.api_base or STAND_IN,
            api_key_env=variable,
            environ={variable: key} if variable and key else {},
        )

    def _events(self, request: ChatRequest, call: MockCall) -> Generator[StreamEvent]:
        model = call.route.typed
        tokens_in = sum(len(message.content.split()) for message in request.messages)
        try:
            reply, fault = self._play.next(request, model)
        except UsageError as error:
            error.partial = ReplyBuilder(self.name, model).partial()
            raise
        reply = changed(reply, fault)
        if reply.chunks is None and not (fault and fault.endless):
            reply = replace(reply, chunks=greeting(last_prompt(request)))
        if reply.chunks is not None:
            chunks, reached = within_limits(reply.chunks, request.params)
            reason = reply.finish_reason or reached
            reply = replace(reply, chunks=tuple(chunks), finish_reason=reason)
        self._open.add(call)
        try:
            yield from call.events(reply, tokens_in, fault)
        finally:
            self._open.discard(call)
