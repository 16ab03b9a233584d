"""Manages the judge processes of a run, which start on demand and are shared by its workers."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self

from hello_llm.contract import UsageError
from hello_llm.judge.messages import Answer, End, Job
from hello_llm.judge.process import GoneError, JudgeProcess, OverdueError
from hello_llm.judge.rules import RULES

Item = tuple[str, Any]
"""The key of an assertion, and the value it expects."""

VALIDATION_S = 10.0
"""Seconds that the validation of one assertion may take."""

_LAST_S = 1.0
_OVERDUE = ""


class Judges:
    """The judge processes of a run; safe to use from any thread."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        """Start no process yet; `environ` is their environment, empty by default."""
        self._environ = dict(environ or {})
        self._lock = threading.Lock()
        self._all: set[JudgeProcess] = set()
        self._idle: list[JudgeProcess] = []
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def validate(self, items: Sequence[Item]) -> list[Answer]:
        """Return the errors in each of `items` itself, up to the first that takes too long.

        Raises:
            UsageError: no judge process can be started.
        """
        answers: list[Answer] = []
        while len(answers) < len(items):
            found, why = self._done(Job("validate", items[len(answers) :]), VALIDATION_S, each=True)
            answers += found
            if why is not None:
                told = why or f"it takes more than {VALIDATION_S:g} s"
                answers.append([f"cannot be checked: {told}"])
                if why == _OVERDUE:
                    break
        return answers

    def judge(self, job: Job, seconds: float | None) -> list[Answer]:
        """Judge the items of `job`; return fewer answers if time runs out.

        Args:
            job: the answer and the assertions to judge it by.
            seconds: the time limit, not counting the start of a process; ``None`` for no limit.

        Raises:
            UsageError: no judge process can be started.
        """
        ends_at = None if seconds is None else time.monotonic() + seconds
        answers: list[Answer] = []
        while len(answers) < len(job.items):
            rest = job._replace(items=job.items[len(answers) :])
            left = None if ends_at is None else max(ends_at - time.monotonic(), 0.0)
            found, why = self._done(rest, left)
            answers += found
            if why == _OVERDUE:
                break
            if why is not None:
                answers.append([why])
        return answers

    def close(self) -> None:
        """End all judge processes, even while they are working."""
        with self._lock:
            self._closed = True
            processes, self._all = self._all, set()
        for process in processes:
            process.close()
        ends_at = time.monotonic() + _LAST_S
        for process in processes:
            process.end(max(ends_at - time.monotonic(), 0.0))
        for process in self._idle:
            process.discard()

    def _done(
        self, job: Job, seconds: float | None, *, each: bool = False
    ) -> tuple[list[Answer], str | None]:
        """Have a process do `job`.

        Args:
            job: the job.
            seconds: the time limit.
            each: whether the limit applies to each item instead of all of them together.

        Returns:
            The answers, and if not all items were answered, what went wrong with the next one: an
            empty string if its time ran out.
        """
        answers: list[Answer] = []
        why = "the judge process was killed from outside"
        imports = {name for key, _ in job.items for name in RULES[key].imports}
        try:
            with self._process() as process:
                process.send(job, sorted(imports))
                until = _after(seconds)
                try:
                    while not isinstance(said := process.next(until), End):
                        answers += said
                        until = _after(seconds) if each else until
                    why = said.why
                except OverdueError:
                    why = _OVERDUE
                    process.abort()
        except GoneError:
            if self._closed:
                raise
        return answers, None if len(answers) == len(job.items) else why

    @contextmanager
    def _process(self) -> Iterator[JudgeProcess]:
        """Yield an idle or new process, and take it back after the block.

        Raises:
            UsageError: no process can be started.
            GoneError: the run is over.
        """
        with self._lock:
            process = self._idle.pop() if self._idle else None
        process = process or self._started()
        try:
            yield process
        except BaseException:
            process.discard()
            with self._lock:
                self._all.discard(process)
            raise
        with self._lock:
            self._idle.append(process)

    def _started(self) -> JudgeProcess:
        try:
            process = JudgeProcess(self._environ)
        except (OSError, GoneError) as error:
            why = error.strerror if isinstance(error, OSError) else "it ended immediately"
            raise UsageError(
                f"the process that judges answers cannot be started: {why}",
                "ulimit -a shows what this shell allows",
            ) from error
        with self._lock:
            self._all.add(process)
            closed = self._closed
        if closed:
            process.discard()
            raise GoneError
        return process


def _after(seconds: float | None) -> float | None:
    return None if seconds is None else time.monotonic() + seconds
