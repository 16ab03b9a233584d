"""A scripted server behind TLS, with the certificates, versions and faults that a test wants."""

import select
import socket
import ssl
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.networks.certificates import Certificate
from tests.servers import Connection, Dialect, Peer, Script, ScriptedServer

NO_COMMON_CIPHER = "aNULL:@SECLEVEL=0"
"""Ciphers without certificates, for TLS 1.2 and older; a client offers them only if told to."""
OLD_VERSIONS = "ALL:@SECLEVEL=0"
"""Ciphers with which OpenSSL 3 agrees to speak TLS 1.1 and older."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TLS:
    """How a server does the handshake."""

    certificate: Certificate
    """What it shows."""
    client_ca: Path | None = None
    """Requires a client certificate from this authority."""
    minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    """The oldest version that it speaks."""
    maximum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
    """The newest version that it speaks."""
    ciphers: str | None = None
    """The ciphers of TLS 1.2 and older in OpenSSL's notation, such as `NO_COMMON_CIPHER`."""
    names: frozenset[str] | None = None
    """The only host names that it knows; others get the alert `unrecognized_name`."""
    reply: bytes | None = None
    """Bytes to send in place of a handshake, such as `alert`; if empty, it stays silent."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """What came of one handshake, as far as the server knows."""

    server_name: str | None
    """The host that the client named (SNI)."""
    version: str | None = None
    """The version that was agreed on, such as ``TLSv1.3``; ``None`` if the handshake failed."""
    client: str | None = None
    """The first name in the client's certificate, if it showed one."""
    error: str | None = None
    """Why it failed: OpenSSL's reason, such as ``NO_SHARED_CIPHER``."""


def alert(description: ssl.AlertDescription) -> bytes:
    """Return a fatal alert as it is sent before any keys are agreed on."""
    return b"\x15\x03\x03\x00\x02\x02" + bytes([description])


class TLSServer(ScriptedServer):
    """Plays scripts on 127.0.0.1 over TLS; without `tls`, as any ScriptedServer does."""

    def __init__(self, tls: TLS | None, dialect: Dialect, *scripts: Script, port: int = 0) -> None:
        """Listen on `port`, or on a free one, and start to serve."""
        self.handshakes: list[Handshake] = []
        """Every handshake that has ended, oldest first."""
        self._tls = tls
        self._context = None if tls is None else _context(tls)
        super().__init__(dialect, *scripts, port=port)

    @property
    def url(self) -> str:
        """The address, without a path."""
        return super().url if self._tls is None else f"https://127.0.0.1:{self.port}"

    def _serve(self, peer: Peer, connection: Connection) -> None:
        if self._tls is None or self._context is None:
            super()._serve(peer, connection)
        elif self._tls.reply is None:
            self._serve_over_tls(peer, connection, self._context)
        else:
            with suppress(OSError):
                peer._socket.recv(65536)
                peer._socket.sendall(self._tls.reply)
                wait_until_client_leaves(peer._socket, send_end=bool(self._tls.reply))
            self._forget(peer, connection)

    def _serve_over_tls(self, peer: Peer, connection: Connection, context: ssl.SSLContext) -> None:
        raw = peer._socket
        secure = context.wrap_socket(raw, server_side=True, do_handshake_on_connect=False)
        assert isinstance(secure, _ServerSocket)
        self._peers.discard(peer)  # wrapping has taken its socket
        peer = _TLSPeer(secure)
        self._peers.add(peer)
        try:
            secure.do_handshake()
            self.handshakes.append(secure.agreed())
            super()._serve(peer, connection)
        except OSError as error:
            if not secure.version():
                reason = getattr(error, "reason", None) or type(error).__name__
                self.handshakes.append(Handshake(secure.server_name, error=reason))
            wait_until_client_leaves(secure)
            self._forget(peer, connection)

    def _forget(self, peer: Peer, connection: Connection) -> None:
        self._peers.discard(peer)
        peer.close()
        connection.note_closed()


class _ServerSocket(ssl.SSLSocket):
    """Keeps the name that the client asked for."""

    server_name: str | None = None

    def agreed(self) -> Handshake:
        """Describe the handshake, which has succeeded."""
        certificate: dict[str, Any] = dict(self.getpeercert() or {})
        client = next((name for _, name in certificate.get("subjectAltName", ())), None)
        return Handshake(self.server_name, self.version(), client)


class _TLSPeer(Peer):
    """Waits without looking at what has arrived, which TLS cannot do."""

    def pause(self, seconds: float) -> None:
        """Wait; a client that sends anything meanwhile is taken to leave."""
        readable, _, _ = select.select([self._socket], [], [], seconds)
        if readable:
            raise ConnectionAbortedError


def _context(tls: TLS) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sslsocket_class = _ServerSocket
    context.load_cert_chain(tls.certificate.chain, tls.certificate.key)
    with warnings.catch_warnings():
        # A server that speaks only versions that are deprecated is wanted here.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = tls.minimum
        context.maximum_version = tls.maximum
    if tls.ciphers is not None:
        context.set_ciphers(tls.ciphers)
    if tls.client_ca is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(tls.client_ca)

    def note_name(sock: Any, name: str | None, _: ssl.SSLContext) -> int | None:
        sock.server_name = name
        if tls.names is None or name in tls.names:
            return None
        return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

    context.sni_callback = note_name
    return context


def wait_until_client_leaves(sock: socket.socket, *, send_end: bool = True) -> None:
    """Read on to the end: closing with unread data sends RST, which can overtake an alert."""
    with suppress(OSError):
        if send_end:
            sock.shutdown(socket.SHUT_WR)
        while sock.recv(65536):
            pass
