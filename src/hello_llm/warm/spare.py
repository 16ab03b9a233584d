"""A fork of the warm process made before there is a call for it, so that the call need not wait.

It rehearses a call, which gives it copies of the memory that a call changes, and then waits for a
connection. It answers that one connection and exits, like any other fork.
"""

import json
import os
import select
import signal
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from hello_llm.warm.fork import NO_CALL, Figures, Program, answer
from hello_llm.warm.low_level import receive_descriptors, send_descriptors

NAME = "hello-llm spare"
"""The name of the process while it waits, as ``ps -o comm`` shows it: at most 15 characters."""

_READY = b"R"
_COMM = Path("/proc/self/comm")
_LONGEST = 4096


class Spare:
    """A spare fork, seen from the warm process."""

    def __init__(self, pid: int, channel: socket.socket) -> None:
        """Store the process ID and this end of the connection to the spare."""
        self.pid = pid
        self._channel = channel
        self._ready = False

    def hand_over(self, client: socket.socket, figures: Figures) -> bool:
        """Have it answer `client`; return False if it is still rehearsing, or gone."""
        try:
            if not self._is_ready():
                return False
            send_descriptors(self._channel, json.dumps(dict(figures)).encode(), [client.fileno()])
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Close the connection to it; without a client to answer, it exits."""
        self._channel.close()

    def end(self) -> None:
        """Kill it, which it cannot delay, and wait until it is gone."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.close()

    def _is_ready(self) -> bool:
        if not self._ready and select.select([self._channel], [], [], 0)[0]:
            self._ready = self._channel.recv(1) == _READY
        return self._ready


def connection() -> tuple[socket.socket, socket.socket]:
    """Return both ends of a connection between the warm process and a spare.

    Raises:
        OSError: too many files are open.
    """
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def stand_by(channel: socket.socket, alive: int, program: Program) -> NoReturn:
    """Be the spare, in this fork: rehearse, answer the client that arrives on `channel`, exit.

    Args:
        channel: the connection to the warm process; it closes if there is no client.
        alive: the read end of a pipe that closes when the warm process ends.
        program: the program to rehearse and to run.
    """
    try:
        client, figures = _awaited(channel, program)
        answer(client, alive, program, figures)
    finally:
        os._exit(NO_CALL)


def _awaited(channel: socket.socket, program: Program) -> tuple[socket.socket, Figures]:
    name = _COMM.read_bytes()
    _COMM.write_text(NAME, encoding="ascii")
    program.rehearse()
    with channel:
        channel.sendall(_READY)
        data, descriptors = receive_descriptors(channel, _LONGEST, 1)
    _COMM.write_bytes(name)
    if not descriptors:
        os._exit(NO_CALL)
    figures: Mapping[str, float] = json.loads(data)
    return socket.socket(fileno=descriptors[0]), figures
