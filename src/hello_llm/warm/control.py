"""Starts and stops the warm process, and queries its status."""

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

from hello_llm.warm.client import TIMEOUT_S, ColdError, await_fork, connect
from hello_llm.warm.confinement import ANOTHER_PID_NAMESPACE, in_words, passed_on, process_at
from hello_llm.warm.lock import is_taken, remove_unless_taken, sockets_in
from hello_llm.warm.low_level import peer
from hello_llm.warm.messages import BrokenOffError, read_all, send
from hello_llm.warm.place import NoPlaceError, folder_path, open_folder, socket_name
from hello_llm.warm.squatted import ELSEWHERE

_STOP = "hello-llm warm stop"
_WITHOUT = "hello-llm chat works without it, a second or two slower"
_TRIES = 3
LONGEST_START_S = 60.0
"""Seconds that the start may take on a busy machine."""

_LONGEST_END_S = 5.0
_LOOK_S = 0.01


class WarmError(Exception):
    """The warm process did not start, or does not answer; the message says what is wrong."""

    def __init__(self, reason: str, hint: str = _STOP) -> None:
        """Store the `reason`, and a command that helps."""
        super().__init__(reason)
        self.hint = hint


class DamagedError(WarmError):
    """The warm process did not start because the machine or the installation lacks something."""


@dataclass(frozen=True, slots=True)
class Status:
    """The status of the warm process."""

    pid: int
    """Its process ID."""
    age_s: float
    """Seconds since it started to accept calls."""
    calls: int
    """The number of calls it has answered."""
    under_way: int
    """The number of calls in progress."""
    memory_mib: float
    """Its resident memory in MiB."""
    socket: str
    """The path of its socket."""
    cold_because: str | None
    """Why it cannot make calls for this process; ``None`` if it can."""


def unavailable() -> str | None:
    """Return why this system does not support a warm process; ``None`` if it does."""
    if hasattr(os, "pidfd_open") and hasattr(socket, "SO_PEERCRED") and Path("/proc/self").exists():
        return None
    return "a warm process needs Linux: fork, process descriptors and credentials on sockets"


def start(command: Sequence[str], environment: Mapping[str, str], *, wait: bool) -> None:
    """Start the warm process, fully detached from this one.

    Args:
        command: the arguments for Python. The process writes errors to standard output, and closes
            it once it accepts calls.
        environment: the complete environment of the process.
        wait: True to return only once it accepts calls.

    Raises:
        WarmError: it did not start.
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
    """Build the error from the output of a process that did not start."""
    message, hint = ["", *trouble][-2:]
    if message.startswith("error: ") and hint.startswith("hint: "):
        return DamagedError(message.removeprefix("error: "), hint.removeprefix("hint: "))
    return WarmError(hint, _WITHOUT)


def bring_up(command: Sequence[str], environment: Mapping[str, str]) -> Status:
    """Start the warm process and return its status; another one may have started first.

    Raises:
        WarmError: it did not start.
    """
    for _ in range(_TRIES):  # another one, started at the same moment, may get killed
        start(command, environment, wait=True)
        running = status()
        if running is not None:
            return running
    raise WarmError("it ended immediately", "hello-llm warm start")


def status() -> Status | None:
    """Return the status of this user's warm process; ``None`` if none is running.

    Raises:
        WarmError: it does not answer, or the socket folder is not the user's own.
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
    """Stop all warm processes of this user, including those of other versions.

    Raises:
        WarmError: a socket belongs to another user, or cannot be connected to.

    Returns:
        The IDs of the processes that were told to stop, and whether each no longer answers; calls
        in progress finish first.
    """
    await_start()
    with _folder() as folder:
        return {} if folder is None else _stop(folder, sockets_in(folder))


def retire_others() -> None:
    """Stop the warm processes of other versions and interpreters: each user has one at a time."""
    with _folder() as folder:
        if folder is not None:
            own = socket_name()
            _stop(folder, {it: inode for it, inode in sockets_in(folder).items() if it != own})


def await_start() -> None:
    """Wait for a warm process that is just starting, if there is one."""
    with _folder() as folder:
        if folder is not None:
            _await_change(folder, LONGEST_START_S)


def is_taken_by_another(ends: float) -> bool:
    """Return whether another warm process accepts calls; if it does not yet, wait a moment.

    Raises:
        WarmError: it does not, and the time `ends`, by ``time.monotonic``, has passed.
    """
    with _folder() as folder:
        if folder is not None and _is_served(folder):
            return True
    if time.monotonic() > ends:
        raise WarmError("another process uses its socket and does not answer")
    time.sleep(_LOOK_S)
    return False


def _stop(folder: int, sockets: Mapping[str, int]) -> dict[int, bool]:
    """Stop the processes that serve the `sockets`; return whether each no longer answers."""
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
    """Send SIGTERM to the process at the other end of `channel`, and return its ID."""
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
    """Return the ID of the process at the other end of `channel`.

    Raises:
        WarmError: it has none in this PID namespace.
    """
    pid, _user = peer(channel)
    if not pid:
        raise WarmError(in_words([ANOTHER_PID_NAMESPACE]), ELSEWHERE)
    return pid


@contextmanager
def _folder() -> Iterator[int | None]:
    """Open the socket folder and yield its descriptor; ``None`` if there is no folder.

    Raises:
        WarmError: the folder is not the user's own.
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
    """Connect to the warm process at the socket `name`; return ``None`` if there is none."""
    try:
        connected = connect(folder, name)
    except ColdError as error:
        if error.absent:
            return None
        raise WarmError(str(error)) from None
    channel = socket.socket(fileno=connected.detach())
    channel.settimeout(TIMEOUT_S)
    return channel


def _is_served(folder: int) -> bool:
    """Whether a warm process of any version accepts calls."""
    for name in sockets_in(folder):
        channel = _connection(folder, name)
        if channel is not None:
            channel.close()
            return True
    return False


def _await_change(folder: int, seconds: float) -> None:
    """Wait until the process that holds the folder either accepts calls or releases it."""
    _until(lambda: _is_served(folder) or not is_taken(folder), seconds)


def _until(happened: Callable[[], bool], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not happened() and time.monotonic() < ends:
        time.sleep(_LOOK_S)


def _resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
