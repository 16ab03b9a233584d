"""The HTTP client of one call: our own, so that only the call's own settings affect it."""

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from hello_llm.providers.http.api_base import joined_query
from hello_llm.providers.http.content_coding import unpacked
from hello_llm.providers.http.diagnostics import Diagnostics, gather_diagnostics
from hello_llm.providers.http.error_bodies.beginning import beginning
from hello_llm.providers.http.protocols import RESPONSES
from hello_llm.providers.http.response_tap import Framing, ResponseTap
from hello_llm.providers.http.route import Route
from hello_llm.providers.http.transport import Transport

if TYPE_CHECKING:
    import httpx

KEY_HEADERS = ("authorization", "x-api-key", "x-goog-api-key", "api-key")
"""The headers in which vendors expect their keys."""

NO_KEY = "no-key"
"""A placeholder where LiteLLM or an SDK insists on a key; our own client never sends it."""


_HTTP = b"HTTP/"


class NotHTTPError(Exception):
    """The server does not speak HTTP; `greeting` is the beginning of what it sent."""

    def __init__(self, greeting: bytes) -> None:
        """Store the first bytes that the server sent."""
        super().__init__("the server does not speak HTTP")
        self.greeting = greeting


class NotSentError(Exception):
    """Raised instead of sending: in a dry run, when probing only TLS, or after an abort."""


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A request exactly as it would go out."""

    method: str
    """The HTTP method."""
    url: str
    """The whole address."""
    headers: Mapping[str, str]
    """The headers, by lower-case name."""
    body: bytes
    """The body."""


@dataclass(slots=True, eq=False)
class Connection:
    """The HTTP client of one call, which any thread can abort."""

    transport: Transport
    """The settings of the client."""
    stream: bool = False
    """True to ask the server for a stream."""
    dry_run: bool = False
    """True to keep the request in `sent` and send nothing."""
    sent: WireRequest | None = None
    """The request, once it has been built."""
    response: "httpx.Response | None" = None
    """The response, once its headers have arrived."""
    on_send: Callable[[], None] = lambda: None
    """Called just before the request is sent, after all of LiteLLM's preparations."""
    on_secure: Callable[[Any], None] = lambda _: None
    """Called with httpcore's stream after each TLS handshake, with a proxy or the server."""
    opened: bool = False
    """Whether LiteLLM has returned a stream, which means that the server answered."""
    streams: bool = False
    """Whether the request asks for a stream."""
    tap: ResponseTap = field(default_factory=ResponseTap)
    """Reads the answer as it arrives."""
    _unauthorized: bool = False
    _ours: bool = False
    _aborted: bool = False
    _greeted: bool = False
    _unseen: bool = False
    _protocol: str = ""
    _query: str = ""
    _secure: bool = True
    _framing: Framing = Framing.OPAQUE
    _http: "httpx.Client | None" = None
    _sockets: list[socket.socket] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.abort()
        if self._http is not None:
            self._http.close()

    @property
    def left(self) -> bool:
        """Whether a request for a stream was sent, or may have been by LiteLLM's own client."""
        return self._unseen or self.streams

    @property
    def seen(self) -> bool:
        """Whether `tap` could parse the answer; it cannot if LiteLLM used a client of its own."""
        return self._framing is not Framing.OPAQUE

    @property
    def request_id(self) -> str | None:
        """The server's ID for the call, if it sent one."""
        if self.response is None:
            return None
        headers = self.response.headers
        name: str | None = headers.get("x-request-id") or headers.get("request-id")
        return name

    def diagnostics(self) -> Diagnostics:
        """Return the facts about a failed call."""
        asked = f"{self.sent.method} {self.sent.url.partition('?')[0]}" if self.sent else ""
        return gather_diagnostics(
            self.transport,
            self.response,
            self.tap,
            asked,
            stream=self.stream,
            opened=self.opened,
        )

    def abort(self) -> None:
        """Cut the connection at once; a thread that is waiting on it sees it close."""
        self._aborted = True
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def finish_early(self) -> bool:
        """Stop waiting for more if the reply is already complete, and return whether it is."""
        if not self.tap.complete:
            return False
        self.tap.waited_in_vain = True
        self.abort()
        return True

    def aim(self, route: Route, protocol: str) -> None:
        """Set the `route` of the call and the `protocol` of its answer."""
        self._protocol = protocol
        self._query = route.query
        self._secure = not (route.api_base or "").startswith("http://")
        # At the vendor's own address, calls without a key may still be signed, as with AWS.
        self._unauthorized = route.api_key is None and route.api_base is not None

    def leave_to_others(self) -> None:
        """Note that a client other than ours makes the call, where we cannot see it."""
        self._unseen = True

    def probing_client(self, route: Route) -> "httpx.Client":
        """Return a client for a request of our own, set up as for a call on `route`."""
        self._ours = True
        self.aim(route, route.vendor)
        return self.client()

    def client(self) -> "httpx.Client":
        """Return a client for the call that `aim` set up."""
        self._http = self.transport.client(self._prepare, self._note, secure=self._secure)
        return self._http

    def _prepare(self, request: "httpx.Request") -> None:
        """Complete the address, strip a key that must not be sent, and trace the connection."""
        if self._query:
            request.url = request.url.copy_with(query=joined_query(request.url.query, self._query))
        for name in KEY_HEADERS:
            if self._unauthorized or request.headers.get(name, "").split(" ")[-1] == NO_KEY:
                request.headers.pop(name, None)
        self.sent = WireRequest(
            request.method, str(request.url), dict(request.headers), request.read()
        )
        # With the Responses API, LiteLLM does not ask for a stream if the model cannot stream.
        unasked = self._protocol == RESPONSES and not json.loads(self.sent.body).get("stream")
        self.streams = self.stream and not unasked
        if self.dry_run or self._aborted:
            raise NotSentError("it was not sent")
        request.extensions |= {"trace": self._trace, "timeout": self.transport.timeouts}
        self.on_send()

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Record each socket as it connects; see httpcore's documentation of ``trace``."""
        secure = self.sent is not None and self.sent.url.startswith("https:")
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            stream = info["return_value"]
            sock = stream.get_extra_info("socket")
            if sock is not None:
                self._sockets.append(sock)
            if event.endswith("start_tls.complete") or not secure:
                self._guard(stream)
            if event.endswith("start_tls.complete"):
                self.on_secure(stream)
        if self._aborted:
            self.abort()

    def _guard(self, stream: Any) -> None:  # noqa: ANN401 - httpcore's network stream
        """Check that `stream` speaks HTTP, and limit the wait for more after a complete reply."""
        read = stream.read

        def guarded(max_bytes: int, timeout: float | None = None) -> bytes:
            patience = self.tap.wait_s
            if patience is not None:
                timeout = patience if timeout is None else min(timeout, patience)
            data: bytes = read(max_bytes, timeout)
            if data and not self._greeted:
                self._greeted = True
                if data[: len(_HTTP)] != _HTTP[: len(data)]:
                    raise NotHTTPError(data)
            return data

        stream.read = guarded

    def _framing_of(self, response: "httpx.Response") -> Framing:
        kind = response.headers.get("content-type", "")
        if self._ours or not response.is_success or kind.startswith("application/vnd."):
            return Framing.OPAQUE
        if not self.streams:
            return Framing.WHOLE
        return Framing.LINES if self._protocol == "ollama_chat" else Framing.EVENTS

    def _note(self, response: "httpx.Response") -> None:
        self.response = response
        self._framing = self._framing_of(response)
        framing = self._framing

        def iter_bytes(chunk_size: int | None = None) -> Iterator[bytes]:
            chunks = self.tap.watch(unpacked(response, chunk_size), framing, self._protocol)
            return chunks if self._ours or response.is_success else beginning(chunks)

        if framing in {Framing.EVENTS, Framing.LINES}:
            response.encoding = "utf-8"  # whatever the headers say: the tap yields ASCII
        # All reads of the answer, by lines or whole, go through this method.
        response.iter_bytes = iter_bytes  # type: ignore[method-assign]
