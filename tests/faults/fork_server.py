"""Starts the program many times: it imports LiteLLM once, then forks a child for each run.

It is told what to start by lines of JSON over a socket, and tells in the same way what ended. It
has one thread only, as a process that forks must.
"""

import json
import os
import resource
import select
import signal
import socket
import sys
import time
import traceback
from dataclasses import asdict, dataclass
from typing import Any

MEMORY_LIMIT = 2 * 2**30
"""What a client takes in without bound must not take the machine down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run of the program."""

    number: int
    """Names the job in messages."""
    argv: list[str]
    """The program's arguments."""
    env: dict[str, str]
    """The whole environment."""
    folder: str
    """The working folder."""
    stdin: str | None
    """The file that is standard input; None closes it."""
    stdout: str | None
    """The file that is standard output; None closes it."""
    stderr: str
    """The file that is standard error."""
    cold: bool = False
    """Whether to start a Python of its own."""
    clock_jumps: bool = False
    """Whether ``time.time`` runs backwards."""
    file_limit: int | None = None
    """The most bytes that a file may get."""
    memory_limit: int | None = None
    """The most bytes of memory; a warm process answers only calls that are limited like itself."""

    def to_json(self) -> dict[str, Any]:
        """Return the job as it is sent."""
        return {"start": asdict(self)}


class ForkServer:
    """The loop of the process."""

    def __init__(self, channel: socket.socket) -> None:
        """Obey what comes over `channel` until it ends."""
        self._channel = channel
        self._unread = b""
        self._children: dict[int, int] = {}
        """The number of the job by the process id."""
        self._wakeup, self._wake = socket.socketpair()
        for end in (self._wakeup, self._wake):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno())

    def serve(self) -> None:
        """Say that it is ready; start, strike and reap until the other side is gone."""
        self._tell({"ready": True})
        while True:
            ready, _, _ = select.select([self._channel, self._wakeup], [], [])
            if self._wakeup in ready:
                self._wakeup.recv(4096)
                self._reap()
            if self._channel in ready and not self._obey():
                break
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)

    def _obey(self) -> bool:
        """Do what has been asked; False if nothing more can come."""
        received = self._channel.recv(65536)
        *lines, self._unread = (self._unread + received).split(b"\n")
        for line in lines:
            match json.loads(line):
                case {"start": job}:
                    self._start(Job(**job))
                case {"strike": number, "signal": sign}:
                    self._strike(number, sign)
        return bool(received)

    def _start(self, job: Job) -> None:
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            for end in (self._channel, self._wakeup, self._wake):
                end.close()
            _become(job)
        self._children[pid] = job.number

    def _strike(self, number: int, sign: int) -> None:
        for pid, job in self._children.items():
            if job == number:
                os.kill(pid, sign)

    def _reap(self) -> None:
        while self._children:
            pid, status, used = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            told = {
                "ended": self._children.pop(pid),
                "at": time.monotonic(),
                "code": os.waitstatus_to_exitcode(status),
                "max_rss_kib": used.ru_maxrss,
            }
            self._tell(told)

    def _tell(self, message: dict[str, Any]) -> None:
        self._channel.sendall(json.dumps(message).encode() + b"\n")


def _become(job: Job) -> None:
    """Turn this child into the program, and end with it."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.chdir(job.folder)
        os.environ.clear()
        os.environ.update(job.env)
        _limit(job)
        _connect(job)
        code = _run(job)
    except BaseException:  # noqa: BLE001 - nothing may go back to the loop of the parent
        traceback.print_exc()
    finally:
        os._exit(code)


def _limit(job: Job) -> None:
    limits = {resource.RLIMIT_AS: job.memory_limit, resource.RLIMIT_FSIZE: job.file_limit}
    for kind, limit in limits.items():
        if limit is not None:
            resource.setrlimit(kind, (limit, limit))


def _connect(job: Job) -> None:
    """Open the standard streams; those of this process stay wrapped around the same numbers."""
    write = os.O_WRONLY | os.O_CREAT
    for number, path, flags in (
        (0, job.stdin, os.O_RDONLY),
        (1, job.stdout, write),
        (2, job.stderr, write),
    ):
        if path is None:
            os.close(number)
        else:
            opened = os.open(path, flags, 0o600)
            os.dup2(opened, number)
            os.close(opened)


def _run(job: Job) -> int:
    if job.cold:
        os.execve(sys.executable, [sys.executable, "-m", "hello_llm", *job.argv], job.env)
    if job.clock_jumps:
        began, monotonic = time.time(), time.monotonic()
        time.time = lambda: began - 60 * (time.monotonic() - monotonic)
    from hello_llm.cli.app import run

    return int(run(job.argv))


def _import_all(*, lazily: bool) -> None:
    import hello_llm.cli.app  # noqa: F401 - not all processes need it
    from hello_llm.providers.litellm.loader import load_lazily
    from hello_llm.providers.litellm.rehearsal import rehearse_all
    from hello_llm.settings.paths import default_cache_folder

    if lazily:
        load_lazily(default_cache_folder())
    rehearse_all()


def main() -> None:
    """Serve over the socket whose number is the argument; with ``cold``, import nothing.

    With ``lazily``, import LiteLLM in the way of a cold call.
    """
    channel = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if "cold" not in sys.argv:
        _import_all(lazily="lazily" in sys.argv)
    ForkServer(channel).serve()


if __name__ == "__main__":
    main()
