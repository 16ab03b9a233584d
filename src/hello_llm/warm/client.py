"""Hands a call over to the warm process, if one is running.

Uses the standard library only, and little of it, so that it starts quickly.
"""

import os
import sys

from hello_llm.warm.confinement import (
    HIDDEN,
    differences,
    in_words,
    loading,
    may_look_into,
    witness,
)
from hello_llm.warm.low_level import TYPE_CHECKING, peer, signal, socket
from hello_llm.warm.messages import (
    DECLINED,
    ENDED,
    MOST_DESCRIPTORS,
    OBEYED,
    read_all,
    receive_forked,
    send,
    send_number,
)
from hello_llm.warm.place import (
    NONE_RUNNING,
    NoPlaceError,
    address,
    fingerprint,
    open_folder,
    socket_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable

TIMEOUT_S = 5.0
"""Seconds to wait for each answer before the call has begun."""

_ABSENT = (FileNotFoundError, ConnectionRefusedError)
_PASSED_ON = (*OBEYED, signal.SIGWINCH)


class ColdError(Exception):
    """The call must be made cold, and has not begun yet; the message says why."""

    def __init__(self, reason: str, *, absent: bool = False) -> None:
        """Store the `reason`; `absent` means that there is no warm process."""
        super().__init__(reason)
        self.absent = absent


class LostError(Exception):
    """The fork that made the call ended without reporting an exit code."""


def hand_over(arguments: list[str]) -> int:
    """Run the program with `arguments` in the warm process, and return its exit code.

    Raises:
        ColdError: there is no warm process, or this process must make the call itself.
        LostError: the fork was killed during the call.
    """
    channel = _connected()
    try:
        fork = _fork_of(channel)
        restore = _forward_signals(fork.process)
        try:
            _begin(channel, fork, arguments)
            return _outcome(channel)
        finally:
            restore()
            os.close(fork.process)
    finally:
        channel.close()


def connect(folder: int, name: str) -> socket.socket:
    """Connect to the socket `name` in the open `folder`, and check that this user owns it.

    Raises:
        ColdError: nobody listens there, or another user does.
    """
    channel = socket.socket(socket.AF_UNIX)
    channel.settimeout(TIMEOUT_S)
    at = address(folder, name)
    try:
        channel.connect(at)
    except OSError as error:
        channel.close()
        if not os.path.isdir(os.path.dirname(at)):  # noqa: PTH112, PTH120 - no pathlib at start-up
            raise ColdError("/proc is missing") from None
        raise _absent() if isinstance(error, _ABSENT) else ColdError(str(error)) from None
    _pid, user = peer(channel)
    if user != os.geteuid():
        channel.close()
        raise ColdError("the one that answers belongs to another user")
    return channel


def _absent() -> ColdError:
    return ColdError(NONE_RUNNING, absent=True)


def _connected() -> socket.socket:
    try:
        folder = open_folder()
    except FileNotFoundError:
        raise _absent() from None
    except NoPlaceError as error:
        raise ColdError(str(error)) from None
    try:
        return connect(folder, socket_name())
    finally:
        os.close(folder)


class Fork:
    """The fork that the warm process makes for a connection."""

    def __init__(self, process: int, number: int, differences: list[str]) -> None:
        """Store the properties of the fork.

        Args:
            process: a pidfd of the fork.
            number: the number of a descriptor that the warm process has open.
            differences: how the warm process is confined differently from this process.
        """
        self.process = process
        self.number = number
        self.differences = differences


def await_fork(channel: socket.socket) -> Fork:
    """Wait for the fork at the other end of `channel`, without sending it the call yet.

    Raises:
        OSError: no fork answers.
    """
    own = os.memfd_create("hello-llm")
    try:
        send_number(channel, own)
        found = differences(channel)  # checks the warm process while it forks
        process, number, witnesses = receive_forked(channel)
        if not found and not any(may_look_into(witness, own) for witness in witnesses):
            found = [HIDDEN]
    finally:
        os.close(own)
    for descriptor in witnesses:
        os.close(descriptor)
    return Fork(process, number, found)


def _fork_of(channel: socket.socket) -> Fork:
    """Wait for the fork on this connection, and check that it is confined like this process."""
    try:
        fork = await_fork(channel)
    except OSError as error:
        raise ColdError(f"it does not answer ({error})") from None
    if fork.differences:
        os.close(fork.process)
        raise ColdError(in_words(fork.differences))
    return fork


def _begin(channel: socket.socket, fork: Fork, arguments: list[str]) -> None:
    """Send the call; it starts once it has been sent completely."""
    numbers = _inherited()
    if len(numbers) + 2 > MOST_DESCRIPTORS:
        raise ColdError("too many files are open")
    opened = [os.open(".", os.O_PATH | os.O_DIRECTORY)]
    try:
        opened.append(witness(channel, fork.number))
        send(channel, _call(arguments, numbers), [*opened, *numbers])
    except OSError as error:
        raise ColdError(f"it does not listen ({error})") from None
    finally:
        for descriptor in opened:
            os.close(descriptor)
    channel.settimeout(None)


def _call(arguments: list[str], numbers: list[int]) -> dict[str, object]:
    umask = os.umask(0o077)
    os.umask(umask)
    return {
        "fingerprint": fingerprint(),
        "loading": loading(),
        "arguments": arguments,
        "environment": {name: value for name, value in os.environ.items() if name},
        "umask": umask,
        "ignored": [int(number) for number in OBEYED if _is_ignored(number)],
        "numbers": numbers,
        "streams": [_wording(stream) for stream in (sys.stdin, sys.stdout, sys.stderr)],
    }


def _inherited() -> list[int]:
    """List the standard descriptors and any others that the shell opened, as for ``<(…)``."""
    others = []
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - pathlib takes longer than the rest
        number = int(name)
        try:
            if number > 2 and os.get_inheritable(number):
                others.append(number)
        except OSError:  # the descriptor of the listing itself
            continue
    return [0, 1, 2, *others]


def _wording(stream: object) -> dict[str, object] | None:
    """Return the encoding, error handler and buffering of `stream`; ``None`` if it is closed."""
    names = ("encoding", "errors", "line_buffering", "write_through")
    return None if stream is None else {name: getattr(stream, name) for name in names}


def _is_ignored(number: int) -> bool:
    return signal.getsignal(number) == signal.SIG_IGN


def _forward_signals(process: int) -> "Callable[[], None]":
    """Forward signals to the fork; return a function that stops forwarding."""

    def tell(number: int) -> None:
        try:
            signal.pidfd_send_signal(process, number)
        except ProcessLookupError:  # it has just ended
            return

    def pass_on(number: int, _frame: object) -> None:
        tell(number)

    def stop(number: int, _frame: object) -> None:
        # The fork is outside the terminal's session, so Ctrl-Z alone would not stop it.
        tell(signal.SIGSTOP)
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
        signal.signal(number, stop)
        tell(signal.SIGCONT)

    handlers = dict.fromkeys(_PASSED_ON, pass_on) | {signal.SIGTSTP: stop}
    before = {
        number: signal.signal(number, handler)
        for number, handler in handlers.items()
        if not _is_ignored(number)
    }

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return restore


def _outcome(channel: socket.socket) -> int:
    try:
        kind = channel.recv(1)
        if kind == ENDED and (code := channel.recv(1)):
            return code[0]
        if kind == DECLINED:
            raise ColdError(read_all(channel).decode())
    except OSError:
        raise LostError from None
    raise LostError
