"""Starts a judge process, sends it jobs and ends it, on the side of the run."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from hello_llm.judge.messages import ABORT, Answer, End, Job, decode_line

_START = (
    "import sys; sys.path[:] = sys.argv[1:];from hello_llm.judge.supervisor import main; main()"
)
"""Takes ``sys.path`` from its arguments, instead of from the environment or ``site``."""

_START_S = 60.0
_LAST_S = 1.0
"""Seconds that the process may take to end a job or itself; normally it takes milliseconds."""


class GoneError(Exception):
    """The process has ended, or does not answer."""


class OverdueError(Exception):
    """An answer did not arrive in time."""


class JudgeProcess:
    """A judge process; used by one thread at a time, except for :meth:`close` and :meth:`end`."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Start the process with the environment `environ`.

        Raises:
            OSError: it cannot be started.
            GoneError: it starts, but then ends or does not respond.
        """
        self._socket, theirs = socket.socketpair()
        self._buffer = b""
        command = [sys.executable, "-I", "-S", "-X", "utf8", "-c", _START]
        try:
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 - this very interpreter
                    [*command, *(str(Path(path).absolute()) for path in sys.path)],
                    stdin=theirs.fileno(),
                    stdout=theirs.fileno(),
                    stderr=subprocess.DEVNULL,
                    env=environ,
                    start_new_session=True,
                )
        except BaseException:
            self._socket.close()
            raise
        try:
            self._line(time.monotonic() + _START_S)
        except BaseException:
            self.discard()
            raise

    def send(self, job: Job, imports: Sequence[str]) -> None:
        """Send `job` to the process.

        Raises:
            GoneError: it has ended.
        """
        self._socket.settimeout(_START_S)
        try:
            self._socket.sendall(job.encode(imports))
        except OSError:
            raise GoneError from None

    def next(self, until: float | None) -> list[Answer] | End:
        """Wait for the next message, at most until the time `until` by ``time.monotonic``.

        Raises:
            GoneError: the process has ended.
            OverdueError: no message arrived by then.
        """
        return decode_line(self._line(until))

    def abort(self) -> None:
        """Abort the current job.

        Raises:
            GoneError: the process is no longer usable.
        """
        try:
            self._wake()
            self._socket.settimeout(_LAST_S)
            self._socket.sendall(ABORT)
            until = time.monotonic() + _LAST_S
            while not isinstance(self.next(until), End):
                pass
        except (OSError, OverdueError):
            raise GoneError from None

    def close(self) -> None:
        """Make the process and its descendants end, without waiting; safe from any thread."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def end(self, timeout_s: float = _LAST_S) -> None:
        """End the process and its descendants; safe from any thread."""
        self.close()
        self._wake()
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def discard(self) -> None:
        """End the process for good; no other thread may be using it."""
        self.end()
        self._socket.close()

    def _wake(self) -> None:
        """Resume the process in case it was stopped: only it can end its descendants."""
        self._process.send_signal(signal.SIGCONT)

    def _line(self, until: float | None) -> bytes:
        while (end := self._buffer.find(b"\n") + 1) == 0:
            self._socket.settimeout(None if until is None else max(until - time.monotonic(), 0.001))
            try:
                piece = self._socket.recv(65536)
            except TimeoutError:
                raise OverdueError from None
            except OSError:
                piece = b""
            if not piece:
                raise GoneError
            self._buffer += piece
        line, self._buffer = self._buffer[:end], self._buffer[end:]
        return line
