"""The table Connect: what happens before any request is read."""

import socket
import ssl
from functools import cache
from pathlib import Path

from hello_llm.contract import ExitCode
from tests.faults.fault import TEXT, Fault, Outcome, Surroundings
from tests.faults.server import record
from tests.servers import Connection
from tests.servers.wire import response_head

CERTIFICATE = Path(__file__).with_name("self_signed.pem")
"""A key and a certificate for 127.0.0.1 that nobody has signed; both are public, and of no use."""

_TLS_HANDSHAKE = b"\x16"
_TLS_ALERT = b"\x15\x03\x03\x00\x02\x02\x0a"
"""Fatal, unexpected message: what a TLS server says to anything but a handshake."""
_HANDSHAKE_S = 5.0
_DEAD_PROXY = "http://127.0.0.1:9"
PROXIES = {
    name: _DEAD_PROXY
    for upper in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    for name in (upper, upper.lower())
}


def _close(_: socket.socket, __: Connection) -> None:
    """Close at once."""


def _close_tls_politely(sock: socket.socket, connection: Connection) -> socket.socket | None:
    """Answer a handshake as a plain HTTP server does; let plain requests pass."""
    if sock.recv(1, socket.MSG_PEEK) != _TLS_HANDSHAKE:
        return sock
    record(sock, connection)
    body = b"Client sent a TLS handshake to an HTTP server.\n"
    sock.sendall(response_head(400, (("Content-Length", str(len(body))),)) + body)
    return None


def _alert(sock: socket.socket, connection: Connection) -> None:
    """Answer a plain request as a TLS server does."""
    record(sock, connection)
    sock.sendall(_TLS_ALERT)


def _say_https(sock: socket.socket, connection: Connection) -> None:
    """Answer a plain request as a TLS server does that knows HTTP."""
    record(sock, connection)
    body = b"Client sent an HTTP request to an HTTPS server.\n"
    sock.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n" + body)


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def _self_signed(sock: socket.socket, _: Connection) -> socket.socket:
    sock.settimeout(_HANDSHAKE_S)
    secure = _tls().wrap_socket(sock, server_side=True)
    secure.settimeout(None)
    return secure


def _ssh(sock: socket.socket, connection: Connection) -> None:
    sock.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
    record(sock, connection)


def _unreachable(*says: str, attempts: int = 1, hides: tuple[str, ...] = ()) -> Outcome:
    return Outcome(exit_code=ExitCode.UNREACHABLE, attempts=attempts, says=says, hides=hides)


FAULTS = (
    Fault(
        name="refused",
        group="connect",
        meaning="port closed",
        place="closed",
        outcome=_unreachable("cannot connect to 127.0.0.1:", attempts=3),
        but={"ollama": _unreachable("cannot connect to 127.0.0.1:", "ollama serve", attempts=3)},
    ),
    Fault(
        name="dns-fail",
        group="connect",
        meaning="a host that does not exist",
        place="unresolved",
        outcome=_unreachable("cannot resolve nowhere.invalid"),
    ),
    Fault(
        name="blackhole-connect",
        group="connect",
        meaning="never accepts",
        place="full",
        around=Surroundings(argv=("--connect-timeout", "0.5")),
        outcome=Outcome(
            exit_code=ExitCode.TIMEOUT, attempts=1, says=("connect", "--connect-timeout")
        ),
    ),
    Fault(
        name="accept-close",
        group="connect",
        meaning="accepts and closes",
        greeting=_close,
        outcome=_unreachable("closed the connection", attempts=3),
    ),
    Fault(
        name="tls-to-plain",
        group="connect",
        meaning="https:// to an HTTP port",
        place="https",
        greeting=_close_tls_politely,
        outcome=_unreachable("http://"),
    ),
    Fault(
        name="plain-to-tls",
        group="connect",
        meaning="http:// to a TLS port, which answers with an alert",
        greeting=_alert,
        outcome=_unreachable("https://"),
    ),
    Fault(
        name="plain-to-tls",
        variant="told",
        group="connect",
        meaning="http:// to a TLS port, which says so in plain text",
        greeting=_say_https,
        outcome=_unreachable("https://"),
    ),
    Fault(
        name="tls-untrusted",
        group="connect",
        meaning="a self-signed certificate",
        place="https",
        greeting=_self_signed,
        outcome=_unreachable("certificate", "trust"),
    ),
    Fault(
        name="not-http",
        group="connect",
        meaning="an SSH banner",
        greeting=_ssh,
        outcome=Outcome(exit_code=ExitCode.BROKEN_REPLY),
    ),
    Fault(
        name="proxy-env",
        group="connect",
        meaning="HTTP_PROXY and its kin name a dead proxy",
        around=Surroundings(env=PROXIES, cold=True),
        forms=("ndjson",),
        outcome=Outcome(exit_code=ExitCode.OK, kept=(TEXT,)),
    ),
)
