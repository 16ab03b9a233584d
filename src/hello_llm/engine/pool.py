"""Threads that do jobs; each result comes back to the thread that gave the job."""

import queue
import threading
from collections.abc import Callable
from typing import Generic, Self, TypeVar

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")


class Pool(Generic[_Job, _Result]):
    """A fixed number of threads, which do the jobs in the order in which they were given."""

    def __init__(self, size: int, work: Callable[[_Job], _Result]) -> None:
        """Prepare `size` threads, each of which does one job at a time by `work`."""
        self._size = size
        self._work = work
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._ended: queue.SimpleQueue[tuple[_Job, _Result | BaseException]] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        for _ in range(self._size):
            threading.Thread(target=self._serve, name="hello-llm-worker", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let each thread end after the job that it is doing, which nobody waits for."""
        for _thread in range(self._size):
            self._jobs.put(None)

    def give(self, job: _Job) -> None:
        """Give a job to the thread that is free next."""
        self._jobs.put(job)

    def take(self, seconds: float) -> tuple[_Job, _Result] | None:
        """Wait up to `seconds` for a job to end; return it and its result, or ``None``.

        Raises:
            BaseException: the exception that ended the job.
        """
        try:
            job, result = self._ended.get(timeout=seconds) if seconds else self._ended.get_nowait()
        except queue.Empty:
            return None
        if isinstance(result, BaseException):
            raise result
        return job, result

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                self._ended.put((job, self._work(job)))
            except BaseException as error:  # noqa: BLE001 - handed over, not handled
                self._ended.put((job, error))
