"""The main loop of the judge process: its child, the worker, does the jobs and can be killed.

The process itself computes nothing, so it notices at once if it is told to abort a job, or if its
run is gone, however that ended. Processes that escape from the worker become its children.
"""

import os
import select
import signal
import sys
import time
from contextlib import suppress
from importlib import import_module
from io import FileIO
from typing import NamedTuple, NoReturn

from hello_llm.judge.child_ends import child_ends, drain
from hello_llm.judge.descendants import adopt_orphans, kill_all, more_memory_than
from hello_llm.judge.memory import PROGRAM_BYTES, in_words
from hello_llm.judge.messages import READY, End, read_job
from hello_llm.judge.worker import run_worker

_WATCH_S = 0.2
"""Seconds between checks of the memory that programs use."""


def main() -> NoReturn:
    """Do the jobs from standard input and answer on standard output, until the input closes."""
    adopt_orphans()
    supervisor = _Supervisor(FileIO(0, closefd=False), child_ends())
    with suppress(BrokenPipeError):
        write(READY)
        while supervisor.serve():
            pass
    supervisor.kill()
    os._exit(0)


def write(data: bytes) -> None:
    """Write all of `data` to the run."""
    while data:
        data = data[os.write(1, data) :]


class _Worker(NamedTuple):
    """The child process that does the jobs."""

    process: int
    """Its process ID."""
    jobs: FileIO
    """The pipe that sends it jobs."""
    done: FileIO
    """The pipe on which it reports that a job is done."""

    @classmethod
    def start(cls) -> "_Worker":
        jobs, done = os.pipe(), os.pipe()
        process = os.fork()
        if process == 0:
            os.close(jobs[1])
            os.close(done[0])
            run_worker(FileIO(jobs[0]), write, lambda: os.write(done[1], b"."))
        os.close(jobs[0])
        os.close(done[1])
        return cls(process, FileIO(jobs[1], "w"), FileIO(done[0]))


class _Supervisor:
    """Passes jobs to the worker, one after the other."""

    def __init__(self, jobs: FileIO, ends: int) -> None:
        self._jobs = jobs
        self._ends = ends
        self._worker: _Worker | None = None

    def serve(self) -> bool:
        """Have the worker do the next job; return false if there is none."""
        line = self._jobs.readline()
        length, *imports = line.split() or [b""]
        if length.isdigit():  # an abort that came too late is not a job
            body = read_job(self._jobs, int(length))
            write(End(self._done(body, [name.decode() for name in imports])).encode())
        return bool(line)

    def kill(self) -> None:
        """Kill all descendants of this process."""
        if self._worker is not None:
            kill_all(self._worker.process)
            self._worker.jobs.close()
            self._worker.done.close()
            self._worker = None

    def _done(self, body: bytes, imports: list[str]) -> str:
        """Do the job in `body`; return what cut it short, or an empty string."""
        if not all(name in sys.modules for name in imports):
            self.kill()  # the next worker inherits them
            for name in imports:
                import_module(name)
        try:
            self._worker = self._worker or _Worker.start()
        except OSError as error:
            return f"its process cannot be started: {error.strerror}"
        with suppress(BrokenPipeError):  # _wait finds out why it is gone
            self._worker.jobs.write(len(body).to_bytes(8, "big"))
            while body:
                body = body[self._worker.jobs.write(body) :]
        why = self._wait(self._worker)
        if why is None:
            return ""
        self.kill()
        return why

    def _wait(self, worker: _Worker) -> str | None:
        """Wait for the job; if `worker` has ended or must be killed, return why, else ``None``."""
        poller = select.poll()
        for readable in (self._jobs.fileno(), worker.done.fileno(), self._ends):
            poller.register(readable, select.POLLIN)
        look_at = time.monotonic() + _WATCH_S
        while True:
            ready = {descriptor for descriptor, _ in poller.poll(_WATCH_S * 1000)}
            if worker.done.fileno() in ready and worker.done.read(1):
                return None
            if self._ends in ready:
                drain(self._ends)
            ended, status = os.waitpid(worker.process, os.WNOHANG)
            if ended:
                return _told(os.waitstatus_to_exitcode(status))
            if self._jobs.fileno() in ready:
                self._jobs.readline()
                return ""
            if time.monotonic() >= look_at:
                if more_memory_than(PROGRAM_BYTES):
                    return f"it takes more than {in_words(PROGRAM_BYTES)} of memory"
                look_at = time.monotonic() + _WATCH_S


def _told(code: int) -> str:
    if code >= 0:
        return f"its process ended with {code}" if code else ""
    with suppress(ValueError):
        return f"its process was killed by {signal.Signals(-code).name}"
    return f"its process was killed by signal {-code}"
