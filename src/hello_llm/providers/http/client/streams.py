"""The streams of a connection, plain and over TLS, for httpcore's documented interface.

httpcore's own streams can be neither built from a connected socket nor given one deadline for the
whole way to the server. TLS works over any other stream, so also within TLS to a proxy. This module
imports httpcore when it is imported, so others import it inside functions.
"""

import select
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

import httpcore

from hello_llm.contract.address import to_verify
from hello_llm.providers.http.client.network import Network, Step

_MOST_AT_ONCE = 2**16
"""How many encrypted bytes to read at a time; the largest TLS record has a quarter of that."""

_Result = TypeVar("_Result")


class _WatchedStream(httpcore.NetworkStream):
    """A stream of a network."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.outermost = True
        """Whether the bytes of this stream are those of HTTP."""

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the network has one for the whole way
    ) -> httpcore.NetworkStream:
        """Shake hands over this stream, and return the encrypted stream."""
        return TlsStream.over(self, ssl_context, server_hostname, self._network)


class TcpStream(_WatchedStream):
    """A connected socket that a network watches."""

    def __init__(self, sock: socket.socket, network: Network) -> None:
        """Wrap the connected socket `sock`."""
        super().__init__(network)
        self._sock = sock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return the next bytes; none at the end."""
        opening = self._network.step is not Step.OPEN
        try:
            self._sock.settimeout(self._network.limited(timeout))
            data = self._sock.recv(max_bytes)
        except TimeoutError as error:
            late = httpcore.ConnectTimeout if opening else httpcore.ReadTimeout
            raise late(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error
        if opening:
            self._network.heard = self._network.heard or bool(data)
        elif self.outermost:
            self._network.take(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of `buffer`."""
        opening = self._network.step is not Step.OPEN
        try:
            while buffer:
                self._sock.settimeout(self._network.limited(timeout) if opening else timeout)
                buffer = buffer[self._sock.send(buffer) :]
        except TimeoutError as error:
            late = httpcore.ConnectTimeout if opening else httpcore.WriteTimeout
            raise late(str(error)) from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as httpcore has it
        """Return one of the facts that httpcore asks for."""
        match info:
            case "socket":
                return self._sock
            case "client_addr":
                return self._sock.getsockname()
            case "server_addr":
                return self._sock.getpeername()
            case "is_readable":
                poller = select.poll()
                poller.register(self._sock, select.POLLIN)
                return bool(poller.poll(0))
        return None


class TlsStream(_WatchedStream):
    """TLS over another stream."""

    def __init__(
        self,
        inner: _WatchedStream,
        tls: ssl.SSLObject,
        bios: tuple[ssl.MemoryBIO, ...],
        network: Network,
    ) -> None:
        """Encrypt `inner` by `tls`, which reads from and writes to `bios`."""
        super().__init__(network)
        inner.outermost = False
        self._inner = inner
        self._tls = tls
        self._incoming, self._outgoing = bios
        self._received = 0
        self._postponed: ssl.SSLError | None = None

    @classmethod
    def over(
        cls,
        inner: _WatchedStream,
        context: ssl.SSLContext,
        host: str | None,
        network: Network,
    ) -> "TlsStream":
        """Shake hands over `inner`, and return the encrypted stream.

        Raises:
            httpcore.ConnectTimeout: the handshake took longer than the connection may.
            httpcore.ConnectError: it failed; the cause is an ``ssl.SSLError`` or another error.
        """
        network.step = Step.SECURING
        bios = ssl.MemoryBIO(), ssl.MemoryBIO()
        name = None if host is None else to_verify(host)
        stream = cls(inner, context.wrap_bio(*bios, server_hostname=name), bios, network)
        try:
            stream._exchange(stream._tls.do_handshake, None)
        except (OSError, httpcore.ReadError, httpcore.WriteError) as error:
            inner.close()
            raise httpcore.ConnectError(str(error)) from error
        except BaseException:
            inner.close()
            raise
        finally:
            network.received = stream._received
        if network.ends_here:
            network.step = Step.OPEN
        network.on_secure(stream)
        return stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return the next bytes; none at the end, even if the server did not announce it."""
        try:
            data = self._exchange(partial(self._arrived, max_bytes), timeout)
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return b""
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error
        if self.outermost and self._network.step is Step.OPEN:
            self._network.take(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of `buffer`."""
        try:
            while buffer:
                buffer = buffer[self._exchange(partial(self._tls.write, buffer), timeout) :]
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        """Close the connection, telling the server if that needs no wait."""
        with suppress(OSError):
            self._tls.unwrap()
        with suppress(httpcore.NetworkError, httpcore.TimeoutException):
            self._inner.write(self._outgoing.read(), 0.0)
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as httpcore has it
        """Return one of the facts that httpcore asks for."""
        return self._tls if info == "ssl_object" else self._inner.get_extra_info(info)

    def _arrived(self, max_bytes: int) -> bytes:
        """Return all data that has arrived, not only the first record, which may be a few bytes.

        Raises:
            ssl.SSLWantReadError: no whole record has arrived.
            ssl.SSLError: the session failed, or the server closed it.
        """
        if self._postponed is not None:
            raise self._postponed
        data = record = self._tls.read(max_bytes)
        try:
            while record and len(data) < max_bytes:
                record = self._tls.read(max_bytes - len(data))
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
            with suppress(httpcore.NetworkError, httpcore.TimeoutException):
                self._flush(timeout)
            raise

    def _flush(self, timeout: float | None) -> None:
        data = self._outgoing.read()
        if data:
            self._inner.write(data, timeout)
