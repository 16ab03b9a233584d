"""Judges a complete reply; assertions that may never finish run in a judge process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hello_llm.checks.assertions.mismatch import Mismatch
from hello_llm.checks.assertions.table import ASSERTIONS, Expectation
from hello_llm.contract import DeadlineError, LLMReply
from hello_llm.judge.messages import Job
from hello_llm.judge.pool import Judges
from hello_llm.judge.rules import RULES


@dataclass(frozen=True, slots=True)
class Bench:
    """Where to judge an answer, and for how long."""

    judges: Judges
    """The judge processes."""
    folder: Path = Path()
    """The working directory of programs."""
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The environment of programs."""
    timeout_s: float = 0.0
    """Time limit of an attempt in seconds; 0 means no limit."""


def find_mismatches(
    expectations: Sequence[Expectation], reply: LLMReply, bench: Bench, left_s: float
) -> tuple[Mismatch, ...]:
    """Return the mismatches of `reply`, in the order of `expectations`.

    Args:
        expectations: the expectations to judge.
        reply: the reply to judge.
        bench: where to judge it.
        left_s: the seconds left for the attempt, if it has a time limit.

    Raises:
        DeadlineError: an expectation was not decided in time, and no other is known to fail.
        UsageError: no judge process can be started.
        GoneError: the run is over.
    """
    apart = [one for one in expectations if ASSERTIONS[one.name].judge is None]
    apart.sort(key=lambda one: RULES[one.name].starts_programs)
    judged = _judged_apart(apart, reply, bench, left_s) if apart else {}
    late = [one for one in apart if one.name not in judged]
    found = {
        one.name: mismatch
        for one in expectations
        if one not in late and (mismatch := _mismatch(one, reply, judged)) is not None
    }
    if late and not found:
        raise _overdue(late[0].name, bench.timeout_s)
    got = f"no verdict within {bench.timeout_s:g} s"
    found |= {one.name: Mismatch(one.name, _expected(one), got) for one in late}
    return tuple(found[one.name] for one in expectations if one.name in found)


def _judged_apart(
    apart: Sequence[Expectation], reply: LLMReply, bench: Bench, left_s: float
) -> dict[str, str | None]:
    """Return the mismatch, or ``None``, of each expectation in `apart` judged in time."""
    job = Job(
        "judge",
        [(one.name, one.value) for one in apart],
        text=reply.text,
        folder=str(bench.folder.absolute()),
        environ=bench.environ,
    )
    answers = bench.judges.judge(job, left_s if bench.timeout_s else None)
    return {
        one.name: None if answer is None else answer[0]
        for one, answer in zip(apart, answers, strict=False)
    }


def _mismatch(
    expectation: Expectation, reply: LLMReply, judged: Mapping[str, str | None]
) -> Mismatch | None:
    name, judge = expectation.name, ASSERTIONS[expectation.name].judge
    if judge is not None:
        return judge(expectation.value, reply)
    got = judged[name]
    return None if got is None else Mismatch(name, _expected(expectation), got)


def _expected(expectation: Expectation) -> str:
    return RULES[expectation.name].expected(expectation.value)


def _overdue(name: str, seconds: float) -> DeadlineError:
    return DeadlineError(
        f"{name} was not decided within {seconds:g} s (the total deadline)",
        "simplify it, or give it more time with --timeout SECONDS; 0 turns it off",
    )
