"""What runs in the judge process: a child, the worker, does the jobs, and is killed if need be.

The process itself computes nothing, so that it sees at once when it is told to abort a job, or when
the run that it serves is gone, however that ended. Whatever escapes the worker becomes its child.
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
"""How often the memory of programs is looked at."""


def main() -> NoReturn:
    """Do the jobs that come on standard input, and answer on standard output, until it closes."""
    adopt_orphans()
    supervisor = _Supervisor(FileIO(0, closefd=False), child_ends())
    with suppress(BrokenPipeError):
        write(READY)
        while supervisor.serve():
            pass
    supervisor.kill()
    os._exit(0)


def write(data: bytes) -> None:
    """Write the whole of `data` to the run."""
    while data:
        data = data[os.write(1, data) :]


class _Worker(NamedTuple):
    """The child that does the jobs."""

    process: int
    """Its process."""
    jobs: FileIO
    """Where it gets them."""
    done: FileIO
    """Where it says that one is done."""

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
    """Has the worker do one job after the other."""

    def __init__(self, jobs: FileIO, ends: int) -> None:
        self._jobs = jobs
        self._ends = ends
        self._worker: _Worker | None = None

    def serve(self) -> bool:
        """Have the next job done; false if none follows."""
        line = self._jobs.readline()
        length, *imports = line.split() or [b""]
        if length.isdigit():  # an abort that came too late is no job
            body = read_job(self._jobs, int(length))
            write(End(self._done(body, [name.decode() for name in imports])).encode())
        return bool(line)

    def kill(self) -> None:
        """Leave nothing below this process."""
        if self._worker is not None:
            kill_all(self._worker.process)
            self._worker.jobs.close()
            self._worker.done.close()
            self._worker = None

    def _done(self, body: bytes, imports: list[str]) -> str:
        """Return why the job in `body` is not done, if it is not."""
        if not all(name in sys.modules for name in imports):
            self.kill()  # the next one has them from the start
            for name in imports:
                import_module(name)
        try:
            self._worker = self._worker or _Worker.start()
        except OSError as error:
            return f"its process cannot be started: {error.strerror}"
        with suppress(BrokenPipeError):  # why it is gone is about to be seen
            self._worker.jobs.write(len(body).to_bytes(8, "big"))
            while body:
                body = body[self._worker.jobs.write(body) :]
        why = self._wait(self._worker)
        if why is None:
            return ""
        self.kill()
        return why

    def _wait(self, worker: _Worker) -> str | None:
        """Wait until a job is done, or `worker` has ended or is to end; return why, if so."""
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
        return f"its process was ended by {signal.Signals(-code).name}"
    return f"its process was ended by signal {-code}"
