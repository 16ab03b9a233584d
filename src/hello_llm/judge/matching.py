"""Searches text for a regular expression that may take forever, outside a run of checks."""

import atexit
import os
from functools import cache

from hello_llm.judge.messages import Job
from hello_llm.judge.pool import Judges


class EndlessSearchError(Exception):
    """A search did not finish in time."""


def is_found(pattern: str, text: str, seconds: float) -> bool:
    """Return whether `pattern` matches anywhere in `text`.

    Waits without holding the GIL, so that signals are handled and other threads can run.

    Raises:
        EndlessSearchError: the search takes longer than `seconds`, without the start of a process.
        UsageError: no judge process can be started.
    """
    answers = _judges().judge(Job("judge", [("regex", pattern)], text), seconds)
    if not answers:
        raise EndlessSearchError
    return answers[0] is None


@cache
def _judges() -> Judges:
    judges = Judges()
    atexit.register(judges.close)
    return judges


os.register_at_fork(after_in_child=_judges.cache_clear)
