"""Judges by a program: the answer is its standard input, its exit code the verdict."""

import os
import select
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, cast

from hello_llm.judge.child_ends import child_ends, drain
from hello_llm.judge.excerpts import excerpt
from hello_llm.judge.memory import limit_program
from hello_llm.judge.messages import Job

_KEPT = 64 * 1024
"""Bytes of a program's output to keep; the rest is read and discarded."""


def judged_by(command: Sequence[str], job: Job) -> str | None:
    """Run `command`; unless it accepts the answer, return how it ended and how its output begins.

    Does not wait for processes that it left running, and does not require that it reads the whole
    answer.
    """
    limit_program()  # not in the child: copying the memory of the worker would be slow
    ends = child_ends()
    try:
        process = subprocess.Popen(  # noqa: S603 - the suite names the program
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            cwd=job.folder,
            env=job.environ,
        )
    except OSError as error:
        return f"it cannot be started: {error.strerror}"
    said = _Conversation(process, job.text.encode(errors="replace"), ends).held()
    text = said.decode(errors="replace").strip()
    if process.returncode == 0:
        return None
    return _ending(process.returncode) + (f": {excerpt(text)}" if text else "")


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}"
    return f"killed by signal {-code}"


class _Conversation:
    """Feeds the answer to a program and collects its output, until it ends."""

    def __init__(self, process: "subprocess.Popen[bytes]", answer: bytes, ends: int) -> None:
        self._process = process
        self._stdin = cast("IO[bytes]", process.stdin)
        self._stdout = cast("IO[bytes]", process.stdout)
        self._left = memoryview(answer)
        self._said = bytearray()
        self._ends = ends
        self._poller = select.poll()
        for descriptor in (self._stdin.fileno(), self._stdout.fileno()):
            os.set_blocking(descriptor, False)
        self._poller.register(self._stdin, select.POLLOUT)
        self._poller.register(self._stdout, select.POLLIN)
        self._poller.register(ends, select.POLLIN)

    def held(self) -> bytes:
        """Run the program to its end, and return the start of its output."""
        stdin, stdout = self._stdin.fileno(), self._stdout.fileno()
        while self._process.poll() is None:
            for descriptor, _ in self._poller.poll():
                if descriptor == stdin:
                    self._feed()
                elif descriptor == stdout and not self._hear():
                    self._poller.unregister(stdout)
                elif descriptor == self._ends:
                    drain(self._ends)
        # Other processes may go on writing there forever; only the output of the program counts.
        while len(self._said) < _KEPT and self._hear():
            pass
        return bytes(self._said)

    def _feed(self) -> None:
        try:
            self._left = self._left[os.write(self._stdin.fileno(), self._left[:_KEPT]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._left = self._left[:0]
        if not self._left:
            self._poller.unregister(self._stdin)
            self._stdin.close()

    def _hear(self) -> bool:
        """Read some output; return false if none is available, or at its end."""
        try:
            piece = os.read(self._stdout.fileno(), _KEPT)
        except BlockingIOError:
            return False
        self._said += piece[: _KEPT - len(self._said)]
        return bool(piece)
