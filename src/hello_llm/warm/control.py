"""Starts the warm process, asks how it does, and ends it."""

import json
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

from hello_llm.warm.client import ColdError, await_fork, connect
from hello_llm.warm.confinement import ANOTHER_PID_NAMESPACE, in_words, passed_on, process_at
from hello_llm.warm.lock import is_taken, remove_unless_taken, sockets_in
from hello_llm.warm.messages import BrokenOffError, read_all, send
from hello_llm.warm.place import (
    NoPlaceError,
    folder_path,
    open_folder,
    peer,
    socket_name,
)
from hello_llm.warm.squatted import ELSEWHERE

_STOP = "hello-llm warm stop"
_WITHOUT = "hello-llm chat works without it, a second or two slower"
_TRIES = 3
LONGEST_START_S = 60.0
"""How long it may take to come up on a busy machine."""

_LONGEST_END_S = 5.0
_LOOK_S = 0.01


class WarmError(Exception):
    """The warm process did not come up, or does not answer; the message says what is wrong."""

    def __init__(self, reason: str, hint: str = _STOP) -> None:
        """Keep the `reason`, and a command that helps."""
        super().__init__(reason)
        self.hint = hint


class DamagedError(WarmError):
    """It did not come up since the machine or the installation lacks something."""


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
    cold_because: str | None
    """Why it answers no call from here; ``None`` if it does."""


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
            env={**environment, **passed_on(os.environ)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if wait else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise WarmError(f"it cannot be started: {error.strerror}", _WITHOUT) from error
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
    return WarmError(hint, _WITHOUT)


def bring_up(command: Sequence[str], environment: Mapping[str, str]) -> Status:
    """Start the warm process and return how it does; another one may have been quicker.

    Raises:
        WarmError: it did not come up.
    """
    for _ in range(_TRIES):  # one that was started at the same moment may be killed
        start(command, environment, wait=True)
        running = status()
        if running is not None:
            return running
    raise WarmError("it ended at once", "hello-llm warm start")


def status() -> Status | None:
    """The state of this user's warm process; ``None`` if none is running.

    Raises:
        WarmError: it does not answer, or the folder to meet in is not the user's own.
    """
    with _folder() as folder:
        channel = None if folder is None else _connection(folder, socket_name())
    if channel is None:
        return None
    with channel:
        pid = _seen(channel)
        try:
            fork = await_fork(channel)
            os.close(fork.process)
            send(channel, None, [])
            figures = json.loads(read_all(channel))
        except (OSError, ValueError) as error:
            if isinstance(error, BrokenOffError) and not str(error):
                return None  # it has just ended
            raise WarmError(f"process {pid} does not answer ({error})") from error
    return Status(
        pid=pid,
        memory_mib=_resident_mib(pid),
        socket=f"{folder_path()}/{socket_name()}",
        cold_because=in_words(fork.differences) if fork.differences else None,
        **figures,
    )


def stop() -> dict[int, bool]:
    """End every warm process of this user, those of other versions too.

    Raises:
        WarmError: a socket is another user's, or nobody can connect to it.

    Returns:
        The processes that were told to end, and whether each has stopped answering; calls in
        progress finish first.
    """
    await_start()
    with _folder() as folder:
        return {} if folder is None else _stop(folder, sockets_in(folder))


def retire_others() -> None:
    """End the warm processes of other versions and interpreters: a user has one at a time."""
    with _folder() as folder:
        if folder is not None:
            own = socket_name()
            _stop(folder, {it: inode for it, inode in sockets_in(folder).items() if it != own})


def await_start() -> None:
    """Wait for a warm process that is coming up just now, if there is one."""
    with _folder() as folder:
        if folder is not None:
            _await_change(folder, LONGEST_START_S)


def is_taken_by_another(ends: float) -> bool:
    """Wait a moment for a warm process that has the place to answer; False if it does not yet.

    Raises:
        WarmError: it does not, and it is later than `ends` by ``time.monotonic``.
    """
    with _folder() as folder:
        if folder is not None and _is_served(folder):
            return True
    if time.monotonic() > ends:
        raise WarmError("another process has its place and answers nothing")
    time.sleep(_LOOK_S)
    return False


def _stop(folder: int, sockets: Mapping[str, int]) -> dict[int, bool]:
    """Tell the processes that serve the `sockets` to end."""
    told = {}
    for socket_and_inode in sockets.items():
        channel = _connection(folder, socket_and_inode[0])
        if channel is not None:
            with channel, suppress(ProcessLookupError):
                told[_terminate(channel)] = socket_and_inode
    _until(lambda: not sockets_in(folder).items() & set(told.values()), _LONGEST_END_S)
    _await_change(folder, _LONGEST_END_S)
    left = sockets_in(folder).items()
    if len(told) < len(sockets):
        remove_unless_taken(folder)
    return {pid: it not in left for pid, it in told.items()}


def _terminate(channel: socket.socket) -> int:
    """End the process at the other end of `channel`, and return its number."""
    pid = _seen(channel)
    process = process_at(channel)
    try:
        signal.pidfd_send_signal(process, signal.SIGTERM)
    except PermissionError as error:
        raise WarmError(f"process {pid} cannot be ended from here: {error.strerror}") from None
    finally:
        os.close(process)
    return pid


def _seen(channel: socket.socket) -> int:
    """Return the number of the process at the other end of `channel`.

    Raises:
        WarmError: it has none here.
    """
    pid, _user = peer(channel)
    if not pid:
        raise WarmError(in_words([ANOTHER_PID_NAMESPACE]), ELSEWHERE)
    return pid


@contextmanager
def _folder() -> Iterator[int | None]:
    """Yield the folder where warm processes are met, if there is one.

    Raises:
        WarmError: it is not the user's own.
    """
    try:
        folder = open_folder()
    except FileNotFoundError:
        yield None
        return
    except NoPlaceError as error:
        raise WarmError(str(error), error.hint) from None
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


def _is_served(folder: int) -> bool:
    """Whether a warm process of whichever version is heard."""
    for name in sockets_in(folder):
        channel = _connection(folder, name)
        if channel is not None:
            channel.close()
            return True
    return False


def _await_change(folder: int, seconds: float) -> None:
    """Wait while a process that has the folder is not heard: it comes up, or takes it away."""
    _until(lambda: _is_served(folder) or not is_taken(folder), seconds)


def _until(happened: Callable[[], bool], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not happened() and time.monotonic() < ends:
        time.sleep(_LOOK_S)


def _resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
