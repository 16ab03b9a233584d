"""Starts the warm process, asks how it does, and ends it."""

import fcntl
import marshal
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hello_llm.warm.client import ColdError, connect
from hello_llm.warm.messages import read_all, receive_forked, send
from hello_llm.warm.place import (
    SOCKET_ENDING,
    NoPlaceError,
    folder_path,
    open_folder,
    peer,
    socket_name,
)

_LONGEST_START_S = 20.0
_LONGEST_END_S = 5.0
_LOOK_S = 0.01


class WarmError(Exception):
    """The warm process did not come up, or does not answer; the message says what is wrong."""


class DamagedError(WarmError):
    """It did not come up since the machine or the installation lacks something."""

    def __init__(self, message: str, hint: str) -> None:
        """Keep the sentences that it said itself."""
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Status:
    """How the warm process does."""

    pid: int
    """Its process."""
    age_s: float
    """Seconds since it began to answer calls."""
    calls: int
    """How many calls it has answered."""
    under_way: int
    """How many it is answering now."""
    memory_mib: float
    """The memory that it occupies, in MiB."""
    socket: str
    """Where it is met."""


def unavailable() -> str | None:
    """Return why there can be no warm process on this system; ``None`` if there can."""
    if hasattr(os, "pidfd_open") and hasattr(socket, "SO_PEERCRED") and Path("/proc/self").exists():
        return None
    return "a warm process needs Linux: fork, process descriptors and credentials on sockets"


def start(command: Sequence[str], environment: Mapping[str, str], *, wait: bool) -> None:
    """Start the warm process, detached from everything of this one.

    Args:
        command: the arguments of Python. The process writes to standard output what is wrong, if
            anything is, and closes it when it answers calls.
        environment: the whole environment of the process.
        wait: True to return only when it answers calls.

    Raises:
        WarmError: it did not come up.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - this very interpreter
            [sys.executable, *command],
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if wait else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise WarmError(f"it cannot be started: {error.strerror}") from error
    if process.stdout is not None:
        with process.stdout as said:
            trouble = list(filter(None, said.read().decode(errors="replace").split("\n")))
        if trouble:
            raise _explained(trouble)


def _explained(trouble: Sequence[str]) -> WarmError:
    """Return the error for what a process said that did not come up."""
    message, hint = ["", *trouble][-2:]
    if message.startswith("error: ") and hint.startswith("hint: "):
        return DamagedError(message.removeprefix("error: "), hint.removeprefix("hint: "))
    return WarmError(hint)


def status() -> Status | None:
    """Return how the warm process of this program and interpreter does; ``None`` without one.

    Raises:
        WarmError: it does not answer.
    """
    with _folder() as folder:
        channel = None if folder is None else _connection(folder, socket_name())
    if channel is None:
        return None
    with channel:
        pid, _user = peer(channel)
        try:
            os.close(receive_forked(channel))
            send(channel, {}, [])
            figures = marshal.loads(read_all(channel))  # noqa: S302 - from a process of this user
        except (OSError, EOFError) as error:
            raise WarmError(f"process {pid} does not answer") from error
    where = f"{folder_path()}/{socket_name()}"
    return Status(pid=pid, memory_mib=_resident_mib(pid), socket=where, **figures)


def stop() -> dict[int, bool]:
    """End every warm process of this user, those of other versions too.

    Raises:
        WarmError: a socket is another user's, or nobody can connect to it.

    Returns:
        The processes that were told to end, and whether each answers no call any more; those that
        are under way come to their end.
    """
    await_start()
    with _folder() as folder:
        return {} if folder is None else _stop(folder, _sockets(folder))


def retire_others() -> None:
    """End the warm processes of other versions and interpreters: a user has one at a time."""
    with _folder() as folder:
        if folder is not None:
            _stop(folder, [name for name in _sockets(folder) if name != socket_name()])


def await_start() -> None:
    """Wait for a warm process that is coming up just now, if there is one."""
    with _folder() as folder:
        if folder is not None:
            _until(lambda: _sockets(folder) != [] or not _is_taken(folder), _LONGEST_START_S)


def _stop(folder: int, names: Sequence[str]) -> dict[int, bool]:
    told = {}
    for name in names:
        channel = _connection(folder, name)
        if channel is None:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)
            continue
        with channel, suppress(ProcessLookupError):
            pid, _user = peer(channel)
            os.kill(pid, signal.SIGTERM)
            told[pid] = name
    _until(lambda: not set(told.values()).intersection(_sockets(folder)), _LONGEST_END_S)
    left = _sockets(folder)
    return {pid: name not in left for pid, name in told.items()}


@contextmanager
def _folder() -> Iterator[int | None]:
    """Yield the folder where warm processes are met, if there is one."""
    try:
        folder = open_folder()
    except (FileNotFoundError, NoPlaceError):
        yield None
        return
    try:
        yield folder
    finally:
        os.close(folder)


def _connection(folder: int, name: str) -> socket.socket | None:
    """Return a connection to the warm process of that socket; ``None`` if there is none."""
    try:
        return connect(folder, name)
    except ColdError as error:
        if error.absent:
            return None
        raise WarmError(str(error)) from None


def _sockets(folder: int) -> list[str]:
    return [name for name in os.listdir(folder) if name.endswith(SOCKET_ENDING)]


def _is_taken(folder: int) -> bool:
    """Whether a warm process has the folder, be it one that only comes up."""
    try:
        fcntl.flock(folder, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(folder, fcntl.LOCK_UN)
    return False


def _until(happened: Callable[[], bool], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not happened() and time.monotonic() < ends:
        time.sleep(_LOOK_S)


def _resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
