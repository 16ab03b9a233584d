"""The HTTP client of one call: our own, so that only the call's own settings affect it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from hello_llm.providers.http.api_base import joined_query
from hello_llm.providers.http.client.content_coding import unpacked
from hello_llm.providers.http.client.diagnostics import Diagnostics, gather_diagnostics
from hello_llm.providers.http.client.network import Network
from hello_llm.providers.http.client.transport import Transport
from hello_llm.providers.http.error_bodies.beginning import beginning
from hello_llm.providers.http.protocols import RESPONSES
from hello_llm.providers.http.response_tap import Framing, ResponseTap
from hello_llm.providers.http.route import Route

if TYPE_CHECKING:
    import httpx

KEY_HEADERS = ("authorization", "x-api-key", "x-goog-api-key", "api-key")
"""The headers in which vendors expect their keys."""

NO_KEY = "no-key"
"""A placeholder where LiteLLM or an SDK insists on a key; our own client never sends it."""


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
    network: Network = field(default_factory=Network)
    """The connections of the call."""
    opened: bool = False
    """Whether LiteLLM has returned a stream, which means that the server answered."""
    streams: bool = False
    """Whether the request asks for a stream."""
    tap: ResponseTap = field(default_factory=ResponseTap)
    """Reads the answer as it arrives."""
    _unauthorized: bool = False
    _ours: bool = False
    _unseen: bool = False
    _protocol: str = ""
    _query: str = ""
    _secure: bool = True
    _framing: Framing = Framing.OPAQUE
    _http: "httpx.Client | None" = None

    def __post_init__(self) -> None:
        """Limit the wait for more data once the reply is complete."""
        self.network.wait_s = lambda: self.tap.wait_s

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
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
        self.network.abort()

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
        self._http = self.transport.client(
            self._prepare, self._receive, self.network, secure=self._secure
        )
        return self._http

    def _prepare(self, request: "httpx.Request") -> None:
        """Complete the address, and strip a key that must not be sent."""
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
        if self.dry_run or self.network.cut:
            raise NotSentError("it was not sent")
        request.extensions |= {"timeout": self.transport.timeouts}
        self.network.secure = self.sent.url.startswith("https:")
        self.on_send()

    def _framing_of(self, response: "httpx.Response") -> Framing:
        kind = response.headers.get("content-type", "")
        if self._ours or not response.is_success or kind.startswith("application/vnd."):
            return Framing.OPAQUE
        if not self.streams:
            return Framing.WHOLE
        return Framing.LINES if self._protocol == "ollama_chat" else Framing.EVENTS

    def _receive(self, response: "httpx.Response") -> "httpx.Response":
        """Return the response that LiteLLM is to read, over the body that the tap yields."""
        from hello_llm.providers.http.client.wire import with_body

        self._framing = self._framing_of(response)
        chunks = self.tap.watch(unpacked(response), self._framing, self._protocol)
        if not self._ours and not response.is_success:
            chunks = beginning(chunks)
        self.response = with_body(response, chunks)
        if self._framing in {Framing.EVENTS, Framing.LINES}:
            self.response.encoding = "utf-8"  # whatever the headers say: the tap yields ASCII
        return self.response
