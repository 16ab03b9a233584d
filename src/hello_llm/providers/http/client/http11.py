"""HTTP/1.1 over an open stream, and the connections that are kept for the next call.

httpcore's own connection does not say what one read brought, may take what follows an answer for
the next one, and cannot be left to another call. This module imports httpx and httpcore when it is
imported, so others import it inside functions.
"""

import os
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple, cast

import h11
import httpcore
import httpx

from hello_llm.providers.http.client.certificates import Certificates
from hello_llm.providers.http.client.network import Network, Step
from hello_llm.providers.http.client.proxy import Proxy
from hello_llm.providers.http.client.streams import Stream

KEPT_S = 30.0
"""For how many seconds a connection is kept: half of the time after which the first gateways
between here and a server forget one that is silent, and drop what is sent on it."""

_SWITCH_PROTOCOLS = 101
_MOST_AT_ONCE = 2**16
_END_WAIT_S = 0.02
"""The seconds by which the end of an answer may be late; a new connection would take longer."""
_LARGEST_HEAD = 100 * 2**10
"""The maximum size in bytes of a status line with its headers."""


class Body(httpx.SyncByteStream):
    """A body that arrives in `chunks`, and what to call to close it."""

    def __init__(self, chunks: Iterator[bytes], close: Callable[[], None] = lambda: None) -> None:
        """Yield `chunks` when it is read."""
        self._chunks = chunks
        self._close = close

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def close(self) -> None:
        """Close the body."""
        self._close()


class HttpConnection:
    """A connection to a server, for one request after another."""

    def __init__(self, stream: Stream, network: Network) -> None:
        """Speak over `stream`, which serves the call of `network`."""
        self._stream = stream
        self._network = network
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LARGEST_HEAD)
        self._timeout_s: float | None = None

    def send(self, request: httpcore.Request) -> httpcore.Response:
        """Send `request`, and return the response once its headers have arrived.

        Each piece of its body is what one read of the connection brought.

        Raises:
            httpx.TransportError: the connection failed, was too slow, or broke the rules of HTTP.
            NotHTTPError: something else than HTTP arrived.
        """
        timeouts = request.extensions.get("timeout", {})
        self._timeout_s = timeouts.get("read")
        with _translating(h11.LocalProtocolError, httpx.LocalProtocolError):
            data = self._written(request)
        # A server that refuses a request may close before it has read all of it, and answer.
        with suppress(httpx.WriteError):
            self._stream.write(data, timeouts.get("write"))
        head = self._head()
        return httpcore.Response(
            head.status_code,
            headers=head.headers.raw_items(),
            content=Body(self._reads()),
            extensions={"reason_phrase": bytes(head.reason)},
        )

    def serve(self, network: Network) -> None:
        """Serve the call of `network` from now on, which can cut the connection."""
        self._network = network
        self._stream.serve(network)
        network.step = Step.OPEN

    def restart(self) -> bool:
        """Get ready for another request; return whether the connection can take one."""
        http, arrived = self._http, self._arrived(_END_WAIT_S if self.ends_soon else 0.0)
        try:
            if arrived:
                http.receive_data(arrived)
            while http.their_state is h11.SEND_BODY and http.next_event() is not h11.NEED_DATA:
                pass
        except h11.RemoteProtocolError:
            return False
        if arrived == b"" or not self.rests:
            return False
        http.start_next_cycle()
        return True

    @property
    def rests(self) -> bool:
        """Whether a request was answered, nothing came after that, and others may follow."""
        over = self._http.our_state is self._http.their_state is h11.DONE
        return over and self._http.trailing_data == (b"", False)

    @property
    def ends_soon(self) -> bool:
        """Whether a request was sent, and only the end of its answer may still be missing."""
        return self._http.our_state is h11.DONE and self._http.their_state is h11.SEND_BODY

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def abandon(self) -> None:
        """Let go of a connection that another process goes on with."""
        self._stream.abandon()

    def _written(self, request: httpcore.Request) -> bytes:
        events = (
            h11.Request(method=request.method, target=request.url.target, headers=request.headers),
            h11.Data(data=b"".join(cast("Iterable[bytes]", request.stream))),
            h11.EndOfMessage(),
        )
        return b"".join(self._http.send(event) or b"" for event in events)

    def _head(self) -> h11.Response:
        """Return the final status and headers."""
        with _translating(h11.RemoteProtocolError, httpx.RemoteProtocolError):
            while True:
                event = self._http.next_event()
                if event is h11.NEED_DATA:
                    self._receive()
                elif isinstance(event, h11.Response):
                    return event
                elif getattr(event, "status_code", None) == _SWITCH_PROTOCOLS:
                    raise httpx.RemoteProtocolError("the server changes to another protocol")

    def _reads(self) -> Iterator[bytes]:
        """Yield the body, each time what has arrived; most servers send a chunk for each frame."""
        held: list[bytes | bytearray] = []
        error: h11.RemoteProtocolError | None = None
        while error is None:
            event: object = h11.PAUSED
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as broken:
                error = broken
            if isinstance(event, h11.Data):
                held.append(event.data)
                continue
            if held:
                yield b"".join(held)
                held = []
            if event is not h11.NEED_DATA:
                break
            self._receive()
        if error is not None:
            raise httpx.RemoteProtocolError(str(error)) from error

    def _receive(self) -> None:
        """Wait for more of the answer."""
        data = self._stream.read(_MOST_AT_ONCE, self._timeout_s)
        self._network.take(data)
        if not data and self._http.their_state is h11.SEND_RESPONSE:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        self._http.receive_data(data)

    def _arrived(self, wait_s: float) -> bytes | None:
        """Return what arrives within `wait_s`; ``None`` for nothing, no bytes if it was closed."""
        try:
            return self._stream.read(_MOST_AT_ONCE, wait_s)
        except httpx.ReadTimeout:
            return None
        except httpx.ReadError as error:
            return None if isinstance(error.__cause__, BlockingIOError) else b""
        except httpx.TransportError:
            return b""


@contextmanager
def _translating(theirs: type[Exception], ours: type[httpx.TransportError]) -> Iterator[None]:
    try:
        yield
    except theirs as error:
        raise ours(str(error)) from error


@dataclass(frozen=True, slots=True)
class Way:
    """Where a connection leads, and by what; only a call that goes the same way may use it."""

    scheme: str
    """``http`` or ``https``."""
    host: str
    """The server's host."""
    port: int
    """Its port."""
    proxy: Proxy | None
    """The proxy that it leads through, and the login for that."""
    certificates: Certificates
    """The certificates that were trusted and shown."""


class _Kept(NamedTuple):
    connection: HttpConnection
    since: float
    process: int
    """The process that made it; a fork must not use it, nor end it for the other."""


class KeptConnections:
    """The connections that calls have left, each to be used by one other at a time.

    Any thread may use them. They are closed once this object is no longer used.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Start with none; `clock` returns seconds, which pass while the machine sleeps, too."""
        self._clock = clock
        self._free: dict[Way, list[_Kept]] = {}
        weakref.finalize(self, _close_all, self._free)

    def take(self, way: Way) -> HttpConnection | None:
        """Return a connection that leads `way` and is open, as far as is known, if there is one."""
        free = self._free.get(way, [])
        while True:
            try:
                kept = free.pop()
            except IndexError:
                return None
            fresh = 0 <= self._clock() - kept.since < KEPT_S
            if fresh and kept.process == os.getpid() and kept.connection.restart():
                return kept.connection
            _close(kept)

    def keep(self, way: Way, connection: HttpConnection) -> None:
        """Keep `connection`, which leads `way`, for another call."""
        connection.serve(Network(greeted=True))  # without what belongs to the call
        kept = _Kept(connection, self._clock(), os.getpid())
        self._free.setdefault(way, []).append(kept)


def _close(kept: _Kept) -> None:
    if kept.process == os.getpid():
        kept.connection.close()
    else:
        kept.connection.abandon()


def _close_all(free: Mapping[Way, list[_Kept]]) -> None:
    for kept in chain.from_iterable(free.values()):
        _close(kept)
