"""What a client and the warm process say to each other over their socket.

The client sends one message: its length in four bytes, then a dictionary in Python's own format,
which only interpreters of one version that belong to one user ever exchange; descriptors travel
beside its first byte. What comes back begins with one byte that says what it is.
"""

import marshal
import socket
from array import array

BEGUN, GO, ENDED, DECLINED, STATUS = b"B", b"G", b"E", b"D", b"S"
"""A fork is there (with a descriptor of its process); the client stays; the call has ended (its
exit code follows); it must be made cold (the reason follows); the figures asked for (they follow).
"""

MOST_DESCRIPTORS = 250
"""How many the kernel lets travel with one message, nearly."""

_LENGTH = 4


class BrokenOffError(Exception):
    """The other side closed the connection in the middle of a message."""


def send(channel: socket.socket, message: dict[str, object], descriptors: list[int]) -> None:
    """Send `message`, and at most `MOST_DESCRIPTORS` open descriptors with it.

    Raises:
        OSError: the other side is gone, or does not take it in time.
    """
    data = marshal.dumps(message)
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", descriptors))]
    channel.sendmsg([len(data).to_bytes(_LENGTH, "big")], rights)
    channel.sendall(data)


def receive(channel: socket.socket) -> tuple[dict[str, object], list[int]]:
    """Return a message and the descriptors that came with it.

    Raises:
        BrokenOffError: it is not whole.
    """
    head, descriptors, _flags, _address = socket.recv_fds(channel, _LENGTH, MOST_DESCRIPTORS)
    message: dict[str, object] = marshal.loads(_exactly(channel, int.from_bytes(head, "big")))  # noqa: S302 - see above
    return message, descriptors


def receive_begun(channel: socket.socket) -> int | None:
    """Return the descriptor of the fork's process; ``None`` if there is none."""
    kind, descriptors, _flags, _address = socket.recv_fds(channel, 1, 1)
    return descriptors[0] if kind == BEGUN and descriptors else None


def read_all(channel: socket.socket) -> bytes:
    """Return what comes until the other side closes."""
    data = bytearray()
    while piece := channel.recv(65536):
        data += piece
    return bytes(data)


def _exactly(channel: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        piece = channel.recv(min(size - len(data), 1 << 20))
        if not piece:
            raise BrokenOffError
        data += piece
    return bytes(data)
