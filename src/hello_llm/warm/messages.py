"""What a client and the warm process say to each other over their socket.

Each side names a descriptor that it has open, in four bytes, and proves with a witness for that of
the other that it may look into it: the client names its own first, then a fork, which sends a
descriptor of its process as well. Then the client sends one message: its length in four bytes, and
a dictionary in Python's own format; descriptors travel beside its first byte. It is sent and read
only if both are processes of the same user, confined in the same way. With that the call has begun.
What comes back begins with one byte that says what it is.
"""

import marshal
import os
import signal
import socket

FORKED, ENDED, DECLINED = b"F", b"E", b"D"
"""A fork is there; the call has ended, and its exit code follows; it must be made cold, and the
reason follows.
"""

MOST_DESCRIPTORS = 250
"""How many the kernel lets travel with one message, nearly."""

OBEYED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals that the program hears, and that a client forwards."""

_LENGTH = 4


class BrokenOffError(ConnectionError):
    """The other side closed the connection before or within a message."""


def send(channel: socket.socket, message: dict[str, object] | None, descriptors: list[int]) -> None:
    """Send `message`, and at most `MOST_DESCRIPTORS` open descriptors with it.

    ``None`` is the message that asks how the warm process does.

    Raises:
        OSError: the other side is gone, or does not take it in time.
    """
    data = b"" if message is None else marshal.dumps(message)
    socket.send_fds(channel, [len(data).to_bytes(_LENGTH, "big")], descriptors)
    if data:
        channel.sendall(data)


def receive(channel: socket.socket) -> tuple[bytes, list[int]]:
    """Return a message as it came, for :func:`read`, and the descriptors that came with it.

    Raises:
        BrokenOffError: it is not whole.
    """
    head, descriptors, _flags, _address = socket.recv_fds(channel, _LENGTH, MOST_DESCRIPTORS)
    if len(head) < _LENGTH:
        raise BrokenOffError
    return _exactly(channel, int.from_bytes(head, "big")), descriptors


def read(data: bytes) -> dict[str, object]:
    """Return the message that came as `data`; its sender may do all that this process may."""
    message: dict[str, object] = marshal.loads(data)  # noqa: S302 - see above
    return message


def send_number(channel: socket.socket, own: int) -> None:
    """Name an open descriptor of this process.

    Raises:
        OSError: the other side takes nothing.
    """
    try:
        channel.sendall(own.to_bytes(_LENGTH, "big"))
    except BrokenPipeError:  # it may have said why it is gone
        return


def receive_number(channel: socket.socket) -> int:
    """Receive one message and the descriptors that came with it.

    Raises:
        OSError: the other side is gone.
    """
    return int.from_bytes(_exactly(channel, _LENGTH), "big")


def send_forked(channel: socket.socket, own: int, witness: list[int]) -> None:
    """Say that this process is the fork; name `own`, and send its `witness` if it has one."""
    itself = os.pidfd_open(os.getpid())
    socket.send_fds(channel, [FORKED], [itself, *witness])
    os.close(itself)
    send_number(channel, own)


def receive_forked(channel: socket.socket) -> tuple[int, int, list[int]]:
    """Return the descriptor of the fork's process, the number that it names, and its witness.

    Raises:
        BrokenOffError: there is no fork; it says why, if that was said.
    """
    kind, descriptors, _flags, _address = socket.recv_fds(channel, 1, 2)
    if kind != FORKED or not descriptors:
        raise BrokenOffError(read_all(channel).decode(errors="replace"))
    process, *witness = descriptors
    return process, receive_number(channel), witness


def read_all(channel: socket.socket) -> bytes:
    """Read until the other side closes, even if it closes without having read everything."""
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
