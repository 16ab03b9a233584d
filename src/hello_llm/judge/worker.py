"""The worker, a child of the judge process: does jobs, and may be killed during any of them."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from io import FileIO
from typing import NoReturn

from hello_llm.judge.descendants import die_with_parent
from hello_llm.judge.memory import COMPUTING_BYTES, in_words, limit_computing
from hello_llm.judge.messages import Answer, Job, encode_answer, read_job
from hello_llm.judge.rules import RULES


def run_worker(
    jobs: FileIO, write: Callable[[bytes], None], done: Callable[[], object]
) -> NoReturn:
    """Become the worker: do jobs until one makes this process unfit for another.

    Args:
        jobs: the pipe to read jobs from.
        write: called with each line of answers.
        done: called after each job that leaves the process fit for another.
    """
    code = 1
    try:
        os.setsid()
        die_with_parent()
        signal.set_wakeup_fd(-1)
        limit_computing()
        while header := read_job(jobs, 8):
            job = Job.decode(read_job(jobs, int.from_bytes(header, "big")))
            clean = True
            for name, value in job.items:
                clean = _do(job, name, value, write) and clean
            if not clean:
                break
            done()
        code = 0
    finally:
        os._exit(code)


def _do(job: Job, name: str, value: object, write: Callable[[bytes], None]) -> bool:
    """Pass the answer to `write`; return false if the process should not be used again."""
    answer, clean = _answer(job, name, value)
    with suppress(BrokenPipeError):
        write(encode_answer(answer))
    return clean


def _answer(job: Job, name: str, value: object) -> tuple[Answer, bool]:
    rule = RULES[name]
    try:
        if job.action == "validate":
            return (rule.validate and rule.validate(value)), True
        got = rule.judge(value, job)
    except MemoryError:
        return [f"it takes more than {in_words(COMPUTING_BYTES)} of memory"], False
    return (None if got is None else [got]), not rule.starts_programs
