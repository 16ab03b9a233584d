"""One case: the program against one fault, in one protocol, asked for in one form."""

import os
import signal
import tempfile
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYetError
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.faults.fault import (
    FIRST_LINE,
    KEY,
    KEY_VARIABLE,
    Fault,
    Form,
    Outcome,
    Strike,
    Surroundings,
)
from tests.faults.fork_server import MEMORY_LIMIT, Job
from tests.faults.launcher import Ended, Launcher
from tests.faults.protocols import PROTOCOLS
from tests.faults.stage import Stage
from tests.guard import sitecustomize
from tests.shared_cache import SHARED_CACHE
from tests.warm.running import GUARD

_FORMS: dict[Form, tuple[str, ...]] = {
    "stream": ("--stream",),
    "ndjson": ("--stream", "--json"),
    "whole": ("--no-stream", "--json"),
}
_HANG_S = 30.0
_SETTLE_S = 0.3
"""From the moment an answer is where it should be until the program has made of it what it does."""
_BETWEEN_STRIKES_S = 0.1
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Case:
    """What is run."""

    fault: Fault
    protocol: str
    form: Form

    @property
    def outcome(self) -> Outcome:
        """What must come of it."""
        return self.fault.outcome_for(self.protocol)

    def argv(self, stage: Stage) -> list[str]:
        """Return the program's arguments."""
        model = PROTOCOLS[self.protocol].model(self.fault.model or self.fault.id)
        base = stage.api_base + self.fault.base_ends.get(self.protocol, "")
        where = ("--model", model, "--api-base", base, "--api-key-env", KEY_VARIABLE)
        asked = ("chat", "--provider", "litellm", *where, *_FORMS[self.form])
        return [*asked, *self.fault.around.argv, "hi"]


@dataclass(slots=True)
class Run:
    """What came of a case."""

    code: int | None
    """The exit code, or None if the program had to be killed."""
    stdout: bytes
    """What was on standard output."""
    stderr: str
    """What was on standard error."""
    wall_s: float
    """Seconds from the start to the end."""
    max_rss_mib: float
    """The most memory that was taken, in MiB."""
    struck_at: float | None
    """When the signal was sent or the reader left, by ``time.monotonic``."""
    ended_at: float
    """When the program ended."""
    beyond_loopback: str
    """What the network guard refused."""
    left: list[str] = field(default_factory=list)
    """The files in the working folder afterwards."""


class Playground:
    """A home, a working folder below another, and files for the streams of one run."""

    def __init__(self, folder: Path, around: Surroundings) -> None:
        """Make them in `folder`."""
        self._folder = folder
        self._around = around
        self.home = folder / "home"
        self.work = folder / "parent" / "work"
        self.stdout, self.stderr = folder / "stdout", folder / "stderr"
        self.refusals = folder / "refusals"
        self.home.mkdir()
        self.work.mkdir(parents=True)
        self.refusals.touch()
        for name, text in around.files.items():
            (self.work / name).write_text(text, encoding="utf-8")
        if around.stdout == "head":
            os.mkfifo(self.stdout)

    def job(self, argv: list[str], launcher: Launcher) -> Job:
        """Return the job by which `launcher` runs the program here."""
        around = self._around
        paths = {"file": str(self.stdout), "head": str(self.stdout), "full": "/dev/full"}
        warm = None if around.cold else launcher.warm
        return Job(
            number=next(_numbers),
            argv=argv,
            env=self._environ() | ({} if warm is None else warm.environ) | dict(around.env),
            folder=str(self.work),
            stdin=os.devnull if around.stdin == "null" else None,
            stdout=paths.get(around.stdout),
            stderr=str(self.stderr),
            cold=launcher.cold or around.cold,
            clock_jumps=around.clock_jumps,
            file_limit=around.file_limit,
            memory_limit=MEMORY_LIMIT if warm is None else None,
        )

    def _environ(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(self.home),
            "PYTHONPATH": str(GUARD),
            sitecustomize.LOG_VARIABLE: str(self.refusals),
            KEY_VARIABLE: KEY,
            **SHARED_CACHE,
        }


def run_case(case: Case, stage: Stage, launcher: Launcher, around: Surroundings) -> Run:
    """Run `case` on its stage, in these surroundings."""
    with tempfile.TemporaryDirectory(prefix="fault-") as name:
        place = Playground(Path(name), around)
        job = place.job(case.argv(stage), launcher)
        began_at = time.monotonic()
        future = launcher.start(job)
        head, struck_at = b"", None
        if around.stdout == "head":
            head, struck_at = _read_head(place.stdout)
        elif around.strike is not None:
            struck_at = _strike(around.strike, job, stage, launcher, future)
        ended, hung = _await(future, job, launcher)
        is_file = around.stdout == "file" and place.stdout.exists()
        return Run(
            code=None if hung else ended.code,
            stdout=place.stdout.read_bytes() if is_file else head,
            stderr=place.stderr.read_text(encoding="utf-8", errors="surrogateescape"),
            wall_s=ended.at - began_at,
            max_rss_mib=ended.max_rss_mib,
            struck_at=struck_at,
            ended_at=ended.at,
            beyond_loopback=place.refusals.read_text(encoding="utf-8"),
            left=sorted(path.name for path in place.work.iterdir()),
        )


def _read_head(pipe: Path) -> tuple[bytes, float]:
    """Read up to the first line that holds some of the answer; return when that was over."""
    head = b""
    with pipe.open("rb") as reader:
        for line in reader:
            head += line
            if FIRST_LINE.encode() in line:
                break
    return head, time.monotonic()


def _strike(
    strike: Strike, job: Job, stage: Stage, launcher: Launcher, future: "Future[Ended]"
) -> float:
    """Send the signal when it is time; return when it was first sent."""
    if strike.after_s is not None or stage.server is None:
        time.sleep(strike.after_s or 0.0)
    else:
        _wait_until_reached(stage, future)
        time.sleep(_SETTLE_S)
    struck_at = time.monotonic()
    for position in range(strike.times):
        if position:
            time.sleep(_BETWEEN_STRIKES_S)
        launcher.strike(job.number, strike.number)
    return struck_at


def _wait_until_reached(stage: Stage, future: "Future[Ended]") -> None:
    """Wait for the server's answer, or for a program that ended before it."""
    ends_at = time.monotonic() + _HANG_S
    while time.monotonic() < ends_at and not future.done():
        if stage.server is None or stage.server.reached.wait(0.05):
            return


def _await(future: "Future[Ended]", job: Job, launcher: Launcher) -> tuple[Ended, bool]:
    """Return how the program ended, and whether it had to be killed for it."""
    try:
        return future.result(_HANG_S), False
    except NotYetError:
        launcher.strike(job.number, signal.SIGKILL)
        return future.result(_HANG_S), True
