"""The streams of a connection, plain and over TLS.

They serve one call after another; each call's network can cut them, and has one deadline for the
whole way to the server. TLS works over any other stream, so also within TLS to a proxy. This module
imports httpx when it is imported, so others import it inside functions.
"""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Protocol, TypeVar

import httpx

from hello_llm.contract.address import to_verify
from hello_llm.providers.http.client.network import Network, Step

_MOST_AT_ONCE = 2**16
"""How many encrypted bytes to read at a time; the largest TLS record has a quarter of that."""

_Result = TypeVar("_Result")


class Stream(Protocol):
    """Bytes to and from the server, or a proxy on the way to it."""

    def serve(self, network: Network) -> None:
        """Serve the call of `network` from now on, which can cut it."""
        ...

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return the next bytes; none at the end.

        Args:
            max_bytes: how many at most.
            timeout: seconds to wait for them; 0 takes only what has arrived.

        Raises:
            httpx.TransportError: none came in time, or the connection failed.
        """
        ...

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of `buffer`.

        Raises:
            httpx.TransportError: it could not be sent in time, or the connection failed.
        """
        ...

    def close(self) -> None:
        """Close the connection."""
        ...

    def abandon(self) -> None:
        """Let go of a connection that another process goes on with."""
        ...


class TcpStream:
    """A connected socket."""

    def __init__(self, sock: socket.socket, network: Network) -> None:
        """Wrap the connected socket `sock`, which `network` knows already."""
        self._network = network
        self._sock = sock

    def serve(self, network: Network) -> None:
        """Serve the call of `network` from now on, which can cut it."""
        self._network = network
        network.add(self._sock)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return the next bytes; none at the end."""
        opening = self._network.step is not Step.OPEN
        try:
            self._sock.settimeout(self._network.limited(timeout))
            data = self._sock.recv(max_bytes)
        except TimeoutError as error:
            late = httpx.ConnectTimeout if opening else httpx.ReadTimeout
            raise late(str(error)) from error
        except OSError as error:
            raise httpx.ReadError(str(error)) from error
        if opening:
            self._network.heard = self._network.heard or bool(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of `buffer`."""
        opening = self._network.step is not Step.OPEN
        try:
            while buffer:
                self._sock.settimeout(self._network.limited(timeout) if opening else timeout)
                buffer = buffer[self._sock.send(buffer) :]
        except TimeoutError as error:
            late = httpx.ConnectTimeout if opening else httpx.WriteTimeout
            raise late(str(error)) from error
        except OSError as error:
            raise httpx.WriteError(str(error)) from error

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()

    abandon = close


class TlsStream:
    """TLS over another stream."""

    def __init__(
        self,
        inner: Stream,
        tls: ssl.SSLObject,
        bios: tuple[ssl.MemoryBIO, ...],
        network: Network,
    ) -> None:
        """Encrypt `inner` by `tls`, which reads from and writes to `bios`."""
        self._network = network
        self._inner = inner
        self.session = tls
        """The TLS session."""
        self._incoming, self._outgoing = bios
        self._received = 0
        self._postponed: ssl.SSLError | None = None

    @classmethod
    def over(
        cls,
        inner: Stream,
        context: ssl.SSLContext,
        host: str | None,
        network: Network,
    ) -> "TlsStream":
        """Shake hands over `inner`, and return the encrypted stream.

        Raises:
            httpx.ConnectTimeout: the handshake took longer than the connection may.
            httpx.ConnectError: it failed; the cause is an ``ssl.SSLError`` or another error.
        """
        network.step = Step.SECURING
        bios = ssl.MemoryBIO(), ssl.MemoryBIO()
        name = None if host is None else to_verify(host)
        stream = cls(inner, context.wrap_bio(*bios, server_hostname=name), bios, network)
        try:
            stream._exchange(stream.session.do_handshake, None)
        except (OSError, httpx.ReadError, httpx.WriteError) as error:
            inner.close()
            raise httpx.ConnectError(str(error)) from error
        except BaseException:
            inner.close()
            raise
        finally:
            network.received = stream._received
        if network.ends_here:
            network.step = Step.OPEN
        network.on_secure(stream)
        return stream

    def serve(self, network: Network) -> None:
        """Serve the call of `network` from now on, which can cut it."""
        self._network = network
        self._inner.serve(network)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return the next bytes; none at the end, even if the server did not announce it."""
        try:
            return self._exchange(partial(self._arrived, max_bytes), timeout)
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return b""
        except OSError as error:
            raise httpx.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of `buffer`."""
        try:
            while buffer:
                buffer = buffer[self._exchange(partial(self.session.write, buffer), timeout) :]
        except OSError as error:
            raise httpx.WriteError(str(error)) from error

    def close(self) -> None:
        """Close the connection, telling the server if that needs no wait."""
        with suppress(OSError):
            self.session.unwrap()
        with suppress(httpx.NetworkError, httpx.TimeoutException):
            self._inner.write(self._outgoing.read(), 0.0)
        self._inner.close()

    def abandon(self) -> None:
        """Let go of the connection without a word to the server."""
        self._inner.abandon()

    def _arrived(self, max_bytes: int) -> bytes:
        """Return all data that has arrived, not only the first record, which may be a few bytes.

        Raises:
            ssl.SSLWantReadError: no whole record has arrived.
            ssl.SSLError: the session failed, or the server closed it.
        """
        if self._postponed is not None:
            raise self._postponed
        data = record = self.session.read(max_bytes)
        try:
            while record and len(data) < max_bytes:
                record = self.session.read(max_bytes - len(data))
                data += record
        except ssl.SSLWantReadError:
            return data
        except ssl.SSLError as error:
            self._postponed = error
        return data

    def _exchange(self, work: Callable[[], _Result], timeout: float | None) -> _Result:
        """Do `work` on the session, sending and receiving what it needs."""
        while True:
            result: list[_Result] = []
            # What follows is not done while an exception is handled: it would be its context.
            with suppress(ssl.SSLWantReadError), self._sending_alerts(timeout):
                result.append(work())
            self._flush(timeout)
            if result:
                return result[0]
            data = self._inner.read(_MOST_AT_ONCE, timeout)
            self._received += len(data)
            if data:
                self._incoming.write(data)
            else:
                self._incoming.write_eof()

    @contextmanager
    def _sending_alerts(self, timeout: float | None) -> Iterator[None]:
        """Send the alert that tells the server why the session failed, if that is possible."""
        try:
            yield
        except ssl.SSLWantReadError:
            raise
        except ssl.SSLError:
            with suppress(httpx.NetworkError, httpx.TimeoutException):
                self._flush(timeout)
            raise

    def _flush(self, timeout: float | None) -> None:
        data = self._outgoing.read()
        if data:
            self._inner.write(data, timeout)
