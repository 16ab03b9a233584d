"""Signals and Unix sockets without :mod:`signal` and :mod:`socket`, for the client.

These import ``enum``, ``selectors`` and others, which takes longer than everything else that a
client does. The C modules below them have the same functions, without the enumerations and the
``with`` statements; where Python lacks them, the usual modules are imported.
"""

import sys

TYPE_CHECKING = False
"""True for type checkers; importing :mod:`typing` would take longer than the rest as well."""

if TYPE_CHECKING:
    import _socket as socket
    import signal
else:
    try:
        import _signal as signal
        import _socket as socket
    except ImportError:
        import signal
        import socket

__all__ = [
    "INT",
    "TYPE_CHECKING",
    "int_at",
    "peer",
    "receive_descriptors",
    "send_descriptors",
    "signal",
    "socket",
]

INT = 4
"""The size of a C ``int`` in bytes, which is how the kernel stores descriptors and IDs."""


def int_at(data: bytes, index: int) -> int:
    """Return the C ``int`` at `index` in `data`."""
    return int.from_bytes(data[index * INT : (index + 1) * INT], sys.byteorder, signed=True)


def send_descriptors(channel: socket.socket, data: bytes, descriptors: list[int]) -> None:
    """Send `data`, which must be short, together with open `descriptors`.

    Raises:
        OSError: the other side is gone, or does not accept it in time.
    """
    numbers = b"".join(number.to_bytes(INT, sys.byteorder) for number in descriptors)
    channel.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, numbers)])


def receive_descriptors(channel: socket.socket, size: int, most: int) -> tuple[bytes, list[int]]:
    """Receive up to `size` bytes and up to `most` descriptors.

    Raises:
        OSError: the other side sends nothing in time, or is gone.
    """
    data, ancillary, _flags, _address = channel.recvmsg(size, socket.CMSG_LEN(most * INT))
    descriptors = [
        int_at(numbers, index)
        for level, kind, numbers in ancillary
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS)
        for index in range(len(numbers) // INT)
    ]
    return data, descriptors


def peer(channel: socket.socket) -> tuple[int, int]:
    """Return the process ID and user ID of the other end, as reported by the kernel."""
    credentials = channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 3 * INT)
    return int_at(credentials, 0), int_at(credentials, 1)
