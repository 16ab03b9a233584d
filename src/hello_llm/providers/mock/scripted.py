"""The provider that answers from a script."""

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
"""The address of the server that there is none of, for messages."""

_NO_KEY = "sk-mock-no-key"


class ScriptedMock:
    """Answers as the rules of a script say; it can be asked from several threads at once."""

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
        """Read the script; the other arguments are those of the LiteLLM provider.

        Args:
            script: the TOML file, or one that is played already, with others.
            model: answers as this one where a request names none.
            api_base: the address that messages name.
            api_key_env: the variable that messages name.
            connect_timeout: seconds that a connection may take; ``None`` or 0 waits for ever.
            timeout: seconds to wait for each piece of an answer, likewise.
            environ: where the key is looked for that ``ansi-in-error`` echoes.

        Raises:
            UsageError: the script is wrong, or `model` is not vendor-qualified.
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
        call = self._call(chat, stream=False)
        self._open.add(call)
        try:
            with closing(self._events(chat, call)) as events:
                return fold(events)
        finally:
            self._open.discard(call)

    def stream_chat(self, request: ChatRequest | str) -> EventStream:
        """Stream the reply in the pieces of the script."""
        chat = ChatRequest.coerce(request)
        call = self._call(chat, stream=True)
        return EventStream(self._events(chat, call), call.abort)

    def close(self) -> None:
        """Cut every call under way, from any thread; the provider can be used again."""
        for call in tuple(self._open):
            call.abort()

    def finish(self) -> None:
        """Look back at all calls: each rule is meant to have answered one.

        Raises:
            UsageError: a rule that is not optional matched no prompt.
        """
        self._play.finish()

    def _call(self, request: ChatRequest, *, stream: bool) -> MockCall:
        return MockCall(self._route(request.model or self.model), stream, self._limits)

    def _route(self, model: str) -> Route:
        """Return the way a real call would go; a key that is not there stops no mock."""
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
        yield from call.events(reply, tokens_in, fault)
