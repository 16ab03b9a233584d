"""The protocol between a client and the warm process on their socket.

Each side sends the number of a descriptor that it has open, in four bytes. The other side opens
that descriptor and sends it back as a witness, to prove that it may inspect the sender. The client
sends its number first; then the fork sends its own, along with a pidfd of itself. Next, the client
sends one message: its length in four bytes, then a dictionary in ``marshal`` format; descriptors
travel with the first byte. It is sent and read only if both processes belong to the same user and
are confined in the same way. The call has then begun. Each reply begins with a byte for its kind.
"""

import marshal
import os

from hello_llm.warm.low_level import (
    receive_descriptors,
    send_descriptors,
    signal,
    socket,
)

FORKED, ENDED, DECLINED = b"F", b"E", b"D"
"""Kinds of replies.

A fork is ready; the call has ended, and its exit code follows; the call must be made cold, and the
reason follows.
"""

MOST_DESCRIPTORS = 250
"""Slightly fewer than the kernel allows with one message."""

OBEYED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals that the program handles, and that a client forwards."""

_LENGTH = 4


class BrokenOffError(ConnectionError):
    """The other side closed the connection before or during a message."""


def send(channel: socket.socket, message: dict[str, object] | None, descriptors: list[int]) -> None:
    """Send `message` together with at most `MOST_DESCRIPTORS` open descriptors.

    The message ``None`` asks for the status of the warm process.

    Raises:
        OSError: the other side is gone, or does not accept it in time.
    """
    data = b"" if message is None else marshal.dumps(message)
    send_descriptors(channel, len(data).to_bytes(_LENGTH, "big"), descriptors)
    if data:
        channel.sendall(data)


def receive(channel: socket.socket) -> tuple[bytes, list[int]]:
    """Receive the bytes of a message, for :func:`read`, and the descriptors sent with it.

    Raises:
        BrokenOffError: the message is incomplete.
    """
    head, descriptors = receive_descriptors(channel, _LENGTH, MOST_DESCRIPTORS)
    if len(head) < _LENGTH:
        raise BrokenOffError
    return _exactly(channel, int.from_bytes(head, "big")), descriptors


def read(data: bytes) -> dict[str, object]:
    """Decode the message in `data`; its sender must be allowed to do all that this process may."""
    message: dict[str, object] = marshal.loads(data)  # noqa: S302 - see above
    return message


def send_number(channel: socket.socket, own: int) -> None:
    """Send the number of a descriptor that this process has open.

    Raises:
        OSError: the other side does not accept it.
    """
    try:
        channel.sendall(own.to_bytes(_LENGTH, "big"))
    except BrokenPipeError:  # the other side may have sent the reason before it closed
        return


def receive_number(channel: socket.socket) -> int:
    """Receive the number of a descriptor that the other side has open.

    Raises:
        OSError: the other side is gone.
    """
    return int.from_bytes(_exactly(channel, _LENGTH), "big")


def send_forked(channel: socket.socket, own: int, witness: list[int]) -> None:
    """Announce this fork: send a pidfd of it, its `witness` if it has one, and the number `own`."""
    itself = os.pidfd_open(os.getpid())
    send_descriptors(channel, FORKED, [itself, *witness])
    os.close(itself)
    send_number(channel, own)


def receive_forked(channel: socket.socket) -> tuple[int, int, list[int]]:
    """Receive the fork's announcement: its pidfd, the number that it sends, and its witness.

    Raises:
        BrokenOffError: there is no fork; the message is the reason, if one was sent.
    """
    kind, descriptors = receive_descriptors(channel, 1, 2)
    if kind != FORKED or not descriptors:
        raise BrokenOffError(read_all(channel).decode(errors="replace"))
    process, *witness = descriptors
    return process, receive_number(channel), witness


def read_all(channel: socket.socket) -> bytes:
    """Read until the other side closes, even if it has not read everything sent to it."""
    data = bytearray()
    try:
        while piece := channel.recv(65536):
            data += piece
    except ConnectionResetError:
        return bytes(data)
    return bytes(data)


def _exactly(channel: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        piece = channel.recv(min(size - len(data), 1 << 20))
        if not piece:
            raise BrokenOffError
        data += piece
    return bytes(data)
