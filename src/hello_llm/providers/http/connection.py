"""One call's HTTP client: ours, so that nothing but the call's own settings decides about it."""

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
"""The headers in which one vendor or another takes its key."""

NO_KEY = "no-key"
"""Stands where LiteLLM or an SDK insists on a key; where the client is ours, it is not sent."""


_HTTP = b"HTTP/"


class NotHTTPError(Exception):
    """The server speaks something else; `greeting` is how it began."""

    def __init__(self, greeting: bytes) -> None:
        """Keep the first bytes that came."""
        super().__init__("the server does not speak HTTP")
        self.greeting = greeting


class NotSentError(Exception):
    """Raised in place of sending: the connection only looks, or was cut before it was made."""


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
    """The client for one call, and the way to cut it off from any thread."""

    transport: Transport
    """How it gets there."""
    stream: bool = False
    """True if the server is asked to stream."""
    dry_run: bool = False
    """True to keep the request in `sent` and send nothing."""
    sent: WireRequest | None = None
    """The request, once it was made."""
    response: "httpx.Response | None" = None
    """The answer, once its headers are there."""
    on_send: Callable[[], None] = lambda: None
    """Called as the request leaves, after all that LiteLLM does before it."""
    on_secure: Callable[[Any], None] = lambda _: None
    """Called with httpcore's stream when TLS is agreed on, with a proxy or the server."""
    opened: bool = False
    """Whether LiteLLM has given out a stream: the server answered."""
    streams: bool = False
    """Whether a stream was asked for."""
    tap: ResponseTap = field(default_factory=ResponseTap)
    """Has read the answer as far as it came."""
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
        """Whether the request for a stream has left; of a client of LiteLLM's own, may have."""
        return self._unseen or self.streams

    @property
    def seen(self) -> bool:
        """Whether `tap` could read the answer; else LiteLLM used a client of its own."""
        return self._framing is not Framing.OPAQUE

    @property
    def request_id(self) -> str | None:
        """The server's name for the call, if it gave one."""
        if self.response is None:
            return None
        headers = self.response.headers
        name: str | None = headers.get("x-request-id") or headers.get("request-id")
        return name

    def diagnostics(self) -> Diagnostics:
        """The facts about a call that failed."""
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
        """Cut the connection at once; a thread that waits on it sees it end."""
        self._aborted = True
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def finish_early(self) -> bool:
        """End the wait for more of a reply that is complete already; tell whether it is."""
        if not self.tap.complete:
            return False
        self.tap.waited_in_vain = True
        self.abort()
        return True

    def aim(self, route: Route, protocol: str) -> None:
        """Go by `route`; the answer is one of `protocol`."""
        self._protocol = protocol
        self._query = route.query
        self._secure = not (route.api_base or "").startswith("http://")
        # At their own address some vendors are signed to without a key, as by AWS.
        self._unauthorized = route.api_key is None and route.api_base is not None

    def leave_to_others(self) -> None:
        """Note that a client of somebody else's makes the call, out of our sight."""
        self._unseen = True

    def probing_client(self, route: Route) -> "httpx.Client":
        """Return a client for a request of ours, as LiteLLM gets one for a call by `route`."""
        self._ours = True
        self.aim(route, route.vendor)
        return self.client()

    def client(self) -> "httpx.Client":
        """Return the client for the call that was aimed."""
        self._http = self.transport.client(self._prepare, self._note, secure=self._secure)
        return self._http

    def _prepare(self, request: "httpx.Request") -> None:
        """Complete the address, take off a key that must not go out, and watch for the socket."""
        if self._query:
            request.url = request.url.copy_with(query=joined_query(request.url.query, self._query))
        for name in KEY_HEADERS:
            if self._unauthorized or request.headers.get(name, "").split(" ")[-1] == NO_KEY:
                request.headers.pop(name, None)
        self.sent = WireRequest(
            request.method, str(request.url), dict(request.headers), request.read()
        )
        # By the Responses API some models answer in one piece, and LiteLLM asks for no stream.
        unasked = self._protocol == RESPONSES and not json.loads(self.sent.body).get("stream")
        self.streams = self.stream and not unasked
        if self.dry_run or self._aborted:
            raise NotSentError("it was not sent")
        request.extensions |= {"trace": self._trace, "timeout": self.transport.timeouts}
        self.on_send()

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Note each socket as it connects; see httpcore's documentation of ``trace``."""
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
        """See that `stream` speaks HTTP, and do not wait for it when the reply is complete."""
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
            response.encoding = "utf-8"  # whatever the headers say: the tap passes on ASCII
        # Whoever reads the answer, by lines or whole, goes through this method.
        response.iter_bytes = iter_bytes  # type: ignore[method-assign]
