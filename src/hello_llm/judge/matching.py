"""Searches a text by an expression that may take for ever, outside a run of checks."""

import atexit
import os
from functools import cache

from hello_llm.judge.messages import Job
from hello_llm.judge.pool import Judges


class EndlessSearchError(Exception):
    """A search did not end in time."""


def is_found(pattern: str, text: str, seconds: float) -> bool:
    """Tell whether some part of `text` matches `pattern`.

    Waits without holding the interpreter's lock, so that signals and other threads get their turn.

    Raises:
        EndlessSearchError: the search takes more than `seconds`, the start of a process apart.
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
