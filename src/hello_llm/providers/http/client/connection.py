"""The HTTP client of one call: our own, so that only the call's own settings affect it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from hello_llm.contract.address import host_of, port_of, to_verify
from hello_llm.providers.http.api_base import joined_query
from hello_llm.providers.http.client.content_coding import unpacked
from hello_llm.providers.http.client.diagnostics import Diagnostics, gather_diagnostics
from hello_llm.providers.http.client.dialing import EarlyDial
from hello_llm.providers.http.client.network import Network, Step
from hello_llm.providers.http.client.outgoing import KEY_HEADERS, outgoing, without_field
from hello_llm.providers.http.client.proxy import Proxy
from hello_llm.providers.http.client.transport import Transport
from hello_llm.providers.http.error_bodies.beginning import beginning
from hello_llm.providers.http.protocols import RESPONSES
from hello_llm.providers.http.response_tap import Framing, ResponseTap
from hello_llm.providers.http.route import Route
from hello_llm.providers.http.vendor_table import UNSEEN_VENDORS

if TYPE_CHECKING:
    import httpx

    from hello_llm.providers.http.client.http11 import KeptConnections

_TOO_MANY, _SERVER_ERROR = 429, 500

NO_KEY = "no-key"
"""A placeholder where LiteLLM or an SDK insists on a key; our own client never sends it."""


class NotSentError(Exception):
    """Raised instead of sending: in a dry run, when probing only TLS, or after an abort."""


class OtherHostError(Exception):
    """Raised instead of sending a request to a host other than that of the call's API base."""

    def __init__(self, host: str) -> None:
        """Store the `host` for which LiteLLM made the request."""
        super().__init__(f"the request is for {host}")
        self.host = host


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
    secret_headers: frozenset[str] = frozenset()
    """The lower-case names of the headers that hold secrets."""
    proxy: Proxy | None = None
    """The proxy that it goes through."""


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
    unasked: tuple[str, ...] = ()
    """The path of a field in the body that is not sent, as nobody asked for it."""
    network: Network = field(default_factory=Network)
    """The connections of the call."""
    kept: "KeptConnections | None" = None
    """The connections of earlier calls, which gets those of this one at its end."""
    opened: bool = False
    """Whether LiteLLM has returned a stream, which means that the server answered."""
    streams: bool = False
    """Whether the request asks for a stream."""
    tap: ResponseTap = field(default_factory=ResponseTap)
    """Reads the answer as it arrives."""
    _unauthorized: bool = False
    _ours: bool = False
    _protocol: str = ""
    _query: str = ""
    _base: str | None = None
    _early: EarlyDial | None = None
    _framing: Framing = Framing.OPAQUE
    _http: "httpx.Client | None" = None

    def __post_init__(self) -> None:
        """Limit the wait for more data once the reply is complete."""
        self.network.wait_s = lambda: self.tap.wait_s

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.network.answered = self._was_answered()
        if self._http is not None:
            self._http.close()
        self.abort()
        if self._early is not None:
            self._early.close()
        self.kept = None  # an HTTP client that refers to this call must not keep them open

    def _was_answered(self) -> bool:
        """Return whether a whole reply came, or an error after which another attempt may follow."""
        tap = self.tap
        if tap.complete and tap.problem is None and not tap.waited_in_vain:
            return True
        status = 0 if self.response is None else self.response.status_code
        return status == _TOO_MANY or status >= _SERVER_ERROR

    @property
    def seen(self) -> bool:
        """Whether `tap` could parse the answer."""
        return self._framing is not Framing.OPAQUE

    @property
    def request_id(self) -> str | None:
        """The server's ID for the call, if it sent one."""
        if self.response is None:
            return None
        headers = self.response.headers
        name: str | None = headers.get("x-request-id") or headers.get("request-id")
        return name

    @property
    def unsent(self) -> bool:
        """Whether it is certain that the server did not get the request."""
        if self._protocol in UNSEEN_VENDORS or self.response is not None or self.network.greeted:
            return False
        return self.sent is None or self.network.step is not Step.OPEN

    def diagnostics(self) -> Diagnostics:
        """Return the facts about a failed call."""
        asked = f"{self.sent.method} {self.sent.url.partition('?')[0]}" if self.sent else ""
        return gather_diagnostics(
            self.transport,
            self.network,
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
        self._base = route.api_base
        # At the vendor's own address, calls without a key may still be signed, as with AWS.
        self._unauthorized = route.api_key is None and route.api_base is not None

    def dial_early(self, route: Route) -> None:
        """Start to connect to the host of `route`, or to the proxy, before the request is ready.

        Raises:
            UsageError: the proxy's address is invalid.
        """
        address = self.transport.proxy or route.address
        if address is not None:
            self.network.proxy = self.transport.via
            goal = host_of(address), port_of(address)
            self._early = EarlyDial(*goal, self.network, self.transport.connect_timeout)

    def probing_client(self, route: Route) -> "httpx.Client":
        """Return a client for a request of our own, set up as for a call on `route`."""
        self._ours = True
        self.aim(route, route.vendor)
        return self.client()

    def client(self) -> "httpx.Client":
        """Return a client for the call that `aim` set up."""
        self._http = self.transport.client(
            self._prepare,
            self._receive,
            self.network,
            self._early,
            self.kept,
            secure=not (self._base or "").startswith("http://"),
        )
        return self._http

    def _prepare(self, request: "httpx.Request") -> "httpx.Request":
        """Return `request` as it is sent: to the call's own host, with nothing unasked.

        The SDK reads headers of its own request later, so that one stays as it is.
        """
        url = request.url
        if self._query:
            url = url.copy_with(query=joined_query(url.query, self._query))
        if self._base is not None and not _same_place(url, self._base):
            raise OtherHostError(url.netloc.decode("ascii"))
        sent = self._copy(request, url)
        self.sent = WireRequest(
            method=sent.method,
            url=str(url),
            headers=dict(sent.headers),
            body=sent.read(),
            secret_headers=self.transport.secret_headers.union(KEY_HEADERS),
            proxy=self.network.proxy,
        )
        # With the Responses API, LiteLLM does not ask for a stream if the model cannot stream.
        unasked = self._protocol == RESPONSES and not json.loads(self.sent.body).get("stream")
        self.streams = self.stream and not unasked
        if self.dry_run or self.network.cut:
            raise NotSentError("it was not sent")
        self.on_send()
        return sent

    def _copy(self, request: "httpx.Request", url: "httpx.URL") -> "httpx.Request":
        import httpx

        added = self.transport.headers
        headers = outgoing(request.headers, added)
        for name in KEY_HEADERS:
            if self._unauthorized or headers.get(name, "").split(" ")[-1] == NO_KEY:
                headers.pop(name, None)
        headers.update(added)
        headers["host"] = _authority(url)
        content = without_field(request.read(), self.unasked)
        if "content-length" in headers:
            headers["content-length"] = str(len(content))
        return httpx.Request(
            request.method,
            url,
            headers=headers,
            content=content,
            extensions={**request.extensions, "timeout": self.transport.timeouts},
        )

    def _framing_of(self, response: "httpx.Response") -> Framing:
        kind = response.headers.get("content-type", "")
        unread = self._ours or self._protocol in UNSEEN_VENDORS
        if unread or not response.is_success or kind.startswith("application/vnd."):
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


def _same_place(url: "httpx.URL", base: str) -> bool:
    import httpx

    other = httpx.URL(base)
    return (url.scheme, url.raw_host, url.port) == (other.scheme, other.raw_host, other.port)


def _authority(url: "httpx.URL") -> str:
    """Return the value of the header ``Host`` for a request to `url`."""
    host = to_verify(url.raw_host.decode("ascii"))
    bracketed = f"[{host}]" if ":" in host else host
    return bracketed if url.port is None else f"{bracketed}:{url.port}"
