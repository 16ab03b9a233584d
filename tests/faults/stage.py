"""Sets the stage for one fault: the address for the client, and what is behind it."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.faults.fault import Fault
from tests.faults.protocols import PROTOCOLS, Protocol
from tests.faults.server import FaultServer

_UNKNOWN_HOST = "nowhere.invalid"
_FILLERS = 4


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the client is sent."""

    api_base: str
    """What ``--api-base`` is given."""
    server: FaultServer | None
    """The server, or None where there is none to be met."""


@contextmanager
def staged(fault: Fault, protocol: str, port: int = 0) -> Iterator[Stage]:
    """Set the stage for `fault` in `protocol`, on a free port if none is given."""
    spoken = PROTOCOLS[protocol]
    with ExitStack() as stack:
        match fault.place:
            case "http" | "https" as scheme:
                server = FaultServer(lambda _: fault, [spoken], only=fault, port=port)
                stack.enter_context(server)
                yield Stage(_base(scheme, "127.0.0.1", server.port, spoken), server)
            case "closed":
                taken = stack.enter_context(_closed_port(port))
                yield Stage(_base("http", "127.0.0.1", taken, spoken), None)
            case "unresolved":
                yield Stage(_base("http", _UNKNOWN_HOST, port or 80, spoken), None)
            case "full":
                taken = stack.enter_context(filled_port(port))
                yield Stage(_base("http", "127.0.0.1", taken, spoken), None)


def _base(scheme: str, host: str, port: int, protocol: Protocol) -> str:
    return f"{scheme}://{host}:{port}{protocol.base_path}"


@contextmanager
def _closed_port(port: int) -> Iterator[int]:
    """Hold a port at which nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", port))
        yield sock.getsockname()[1]


@contextmanager
def filled_port(port: int) -> Iterator[int]:
    """Hold a port whose backlog is full: Linux drops what asks for a connection then."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", port))
        listener.listen(0)
        address = listener.getsockname()
        for _ in range(_FILLERS):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(address)
        yield address[1]
