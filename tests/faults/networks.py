"""The table Networks, as far as a server on loopback can play it; `tests.networks` has the rest."""

import socket

from hello_llm.contract import ExitCode
from tests.faults.fault import Fault, Greeting, Outcome
from tests.faults.server import record
from tests.servers import Connection

_FATAL_ALERT = b"\x15\x03\x03\x00\x02\x02"
_NO_HTTP = "is it http://"


def _alerting(number: int) -> Greeting:
    """Return the server that refuses each TLS handshake with the alert of that number."""

    def greet(sock: socket.socket, connection: Connection) -> None:
        record(sock, connection)
        sock.sendall(_FATAL_ALERT + bytes([number]))

    return greet


def _alert(variant: str, number: int, meaning: str, *says: str) -> Fault:
    return Fault(
        name="tls-alerts",
        variant=variant,
        group="networks",
        meaning=meaning,
        place="https",
        greeting=_alerting(number),
        outcome=Outcome(exit_code=ExitCode.UNREACHABLE, says=says, hides=(_NO_HTTP,)),
    )


FAULTS = (
    _alert("certificate", 116, "wants a client certificate", "client certificate", "client_cert"),
    _alert("cipher", 40, "has no cipher in common", "no cipher in common"),
    _alert("name", 112, "does not know its name", "the name that it was called by"),
    _alert("protocol", 70, "speaks older versions of TLS only", "no version of TLS in common"),
)
