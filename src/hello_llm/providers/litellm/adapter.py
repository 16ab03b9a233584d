"""The LiteLLM provider: makes calls with explicit settings and closes everything afterwards."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from hello_llm.contract import (
    ChatRequest,
    EventStream,
    Finished,
    HelloLLMError,
    LLMReply,
    Message,
    Phase,
    ReplyBuilder,
    RequestError,
    Started,
    StreamEvent,
    fold,
)
from hello_llm.contract.model_facts import ModelFacts
from hello_llm.machine.environment import whole_environ
from hello_llm.providers.http.client.certificates import Certificates
from hello_llm.providers.http.client.connection import Connection, WireRequest
from hello_llm.providers.http.client.network import Step
from hello_llm.providers.http.client.transport import Transport
from hello_llm.providers.http.credentials import with_credentials
from hello_llm.providers.http.route import Route, resolve_route
from hello_llm.providers.litellm.call_arguments import call_arguments, unasked_field
from hello_llm.providers.litellm.error_translation import translate
from hello_llm.providers.litellm.lent_client import lending, lending_for_each
from hello_llm.providers.litellm.loader import is_compiling, is_loaded, load
from hello_llm.providers.litellm.pricing import Prices
from hello_llm.providers.litellm.response import read_stream, read_whole
from hello_llm.providers.litellm.responses_models import (
    by_responses,
    responses_params,
    stream_unknown,
)
from hello_llm.providers.litellm.responses_stream import ChunkStream

if TYPE_CHECKING:
    from hello_llm.providers.http.client.http11 import KeptConnections


class LiteLLMProvider:
    """Calls any vendor that LiteLLM knows; the model's prefix selects the vendor."""

    name = "litellm"

    def __init__(
        self,
        *,
        model: str | None = None,
        api_base: str | None = None,
        api_key_env: str | None = None,
        connect_timeout: float | None = 10.0,
        timeout: float | None = 600.0,
        headers: Mapping[str, str] | None = None,
        headers_env: Mapping[str, str] | None = None,
        proxy: str | None = None,
        proxy_auth_env: str | None = None,
        ca_file: Path | None = None,
        client_cert: Path | None = None,
        client_key: Path | None = None,
        environ: Mapping[str, str] | None = None,
        connect_early: bool = False,
        prices: Mapping[str, ModelFacts] | None = None,
    ) -> None:
        """Store the settings; no import, file access or request happens before the first call.

        Args:
            model: the vendor-qualified model for requests that do not name one.
            api_base: the address of the API, if it is not the vendor's own.
            api_key_env: the environment variable that contains the key. Without it, the vendor's
                usual variable is read, but only for calls to the vendor's own address.
            connect_timeout: seconds until a connection must be open; ``None`` or 0 waits forever.
            timeout: seconds to wait for each piece of the answer; ``None`` or 0 waits forever.
            headers: headers to send besides the usual ones.
            headers_env: more headers, each with the environment variable that contains its value.
            proxy: the address of the proxy to send calls through.
            proxy_auth_env: the environment variable with the login for it, as ``user:password``.
            ca_file: a PEM file with certificates to trust in addition to the usual ones.
            client_cert: a PEM file with the certificate for a server that asks for one.
            client_key: a PEM file with its key, if `client_cert` does not contain that.
            environ: the environment to read keys from; by default that of the process.
            connect_early: whether a call connects while LiteLLM is still being imported.
            prices: the prices of models by their names, which override those of LiteLLM's list.
        """
        self.model = model
        self.api_base = api_base
        self.api_key_env = api_key_env
        self.connect_early = connect_early
        self.prices = prices or {}
        self.headers_env = headers_env
        self.proxy_auth_env = proxy_auth_env
        self._transport = Transport(
            connect_timeout=connect_timeout or None,
            timeout=timeout or None,
            proxy=proxy,
            certificates=Certificates(ca_file, client_cert, client_key),
            headers=headers or {},
        )
        self._environ = whole_environ() if environ is None else dict(environ)
        self._open: set[Connection] = set()

    def chat(self, request: ChatRequest | str) -> LLMReply:
        """Return the whole reply; see :meth:`LLMProvider.chat <hello_llm.LLMProvider.chat>`."""
        chat = ChatRequest.coerce(request)
        with closing(self._exchange(chat, Connection(self._transport))) as events:
            return fold(events)

    def stream_chat(self, request: ChatRequest | str) -> EventStream:
        """Stream the reply; any thread may close the iterator, which cuts the connection."""
        connection = Connection(self._transport, stream=True)
        events = self._exchange(ChatRequest.coerce(request), connection)
        return EventStream(
            events,
            connection.abort,
            lambda: connection.tap.pieces,
            lambda: connection.streams,
            connection.finish_early,
            lambda: _phase(connection),
            lambda: connection.tap.answer.served,
        )

    def close(self) -> None:
        """Abort all calls in progress, from any thread; the provider remains usable.

        What they leave open for later calls is closed with the last reference to the provider.
        """
        for connection in tuple(self._open):
            connection.abort()

    def describe(self, request: ChatRequest | str, *, stream: bool) -> WireRequest:
        """Return the HTTP request that a call would send, without sending it.

        Raises:
            RequestError: LiteLLM builds this vendor's client itself, so the request is not visible.
        """
        chat = ChatRequest.coerce(request)
        connection = Connection(self._transport, stream=stream, dry_run=True)
        try:
            with closing(self._exchange(chat, connection)) as events:
                fold(events)
        except HelloLLMError:
            if connection.sent is None:
                raise
        if connection.sent is None:
            raise RequestError(f"the request to {chat.model} cannot be shown before it is sent")
        return connection.sent

    @cached_property
    def _kept(self) -> "KeptConnections":
        """The connections that a call leaves to the next, in whatever thread that is."""
        from hello_llm.providers.http.client.http11 import KeptConnections

        return KeptConnections()

    def _exchange(self, request: ChatRequest, connection: Connection) -> Generator[StreamEvent]:
        route = self._route(request.model or self.model)
        connection.transport = self._with_credentials(route)
        if self.connect_early and not (connection.dry_run or is_loaded()):
            with _before_the_call(self.name, route.typed):
                connection.dial_early(route)
        litellm = load()
        connection.kept = self._kept
        yield Started(self.name, route.typed)
        self._open.add(connection)
        builder = ReplyBuilder(self.name, route.typed, served=lambda: connection.tap.answer.served)
        try:
            with connection:
                prices = Prices(litellm, self.prices)
                yield from _call(prices, route, request, connection, builder)
        except HelloLLMError as error:
            error.partial = error.partial or builder.partial()
            error.unsent = connection.unsent
            raise
        except Exception as error:
            partial = builder.partial(request_id=connection.request_id)
            problem = translate(litellm, error, route, partial, connection.diagnostics())
            if problem is None:
                raise
            problem.unsent = connection.unsent
            raise problem from error
        finally:
            self._open.discard(connection)

    def _route(self, model: str | None) -> Route:
        with _before_the_call(self.name, model):
            return resolve_route(
                model,
                api_base=self.api_base,
                api_key_env=self.api_key_env,
                environ=self._environ,
            )

    def _with_credentials(self, route: Route) -> Transport:
        with _before_the_call(self.name, route.typed):
            return with_credentials(
                self._transport,
                self._environ,
                headers_env=self.headers_env,
                proxy_auth_env=self.proxy_auth_env,
            )


def _phase(connection: Connection) -> Phase:
    if connection.sent is None and is_compiling():
        return Phase.COMPILING
    if not is_loaded():
        return Phase.LOADING
    return Phase.FIRST_PIECE if connection.network.step is Step.OPEN else Phase.CONNECTING


@contextmanager
def _before_the_call(name: str, model: str | None) -> Iterator[None]:
    """Give the errors that are raised an empty partial reply."""
    try:
        yield
    except HelloLLMError as error:
        error.partial = ReplyBuilder(name, model or name).partial()
        error.unsent = True
        raise


def _call(
    prices: Prices,
    route: Route,
    request: ChatRequest,
    connection: Connection,
    builder: ReplyBuilder,
) -> Iterator[StreamEvent]:
    litellm, params = prices.litellm, _params(request)
    _check_params(litellm, route, params)
    responses = by_responses(litellm, route)
    if responses:
        params = responses_params(route, params)
        stream_unknown(litellm, route)
    arguments, lent = call_arguments(litellm, route, connection, responses=responses)
    arguments |= params | {"drop_params": False, "_skip_responses_api_bridge": not responses}
    if connection.stream and _supports(litellm, route, "stream_options"):
        arguments["stream_options"] = {"include_usage": True}
    connection.on_send = builder.restart_clock
    connection.unasked = unasked_field(route, params)
    with lending(litellm, lent):
        answer = litellm.completion(
            model=route.wire_model if responses else f"{route.litellms_vendor}/{route.name}",
            messages=[_message(message) for message in request.messages],
            stream=connection.stream,
            **arguments,
        )
    if responses and connection.stream:
        answer = ChunkStream(litellm, connection)
    if connection.stream:
        connection.opened = True
        events = read_stream(prices, answer, route, connection, builder)
        yield from lending_for_each(litellm, lent, events)
    else:
        yield Finished(read_whole(prices, answer, route, connection, builder))


def _params(request: ChatRequest) -> dict[str, Any]:
    """Return the parameters that are set; the server chooses the others."""
    values = asdict(request.params) | {"stop": list(request.params.stop) or None}
    return {name: value for name, value in values.items() if value is not None}


def _check_params(litellm: ModuleType, route: Route, params: Mapping[str, Any]) -> None:
    for name in params:
        if not _supports(litellm, route, name):
            flag = "--" + name.replace("_", "-")
            raise RequestError(f"{route.typed} does not accept {name}", f"leave out {flag}")


def _supports(litellm: ModuleType, route: Route, param: str) -> bool:
    known = litellm.get_supported_openai_params(
        model=route.name, custom_llm_provider=route.litellms_vendor
    )
    return known is None or param in known


def _message(message: Message) -> dict[str, Any]:
    wire: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        wire["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    if message.tool_call_id is not None:
        wire["tool_call_id"] = message.tool_call_id
    return wire
