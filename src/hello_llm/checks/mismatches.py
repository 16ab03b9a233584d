"""Judges a complete reply: here by what is quick, in a judge process by what may never end."""

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
    """Where an answer is judged, and for how long."""

    judges: Judges
    """The judge processes."""
    folder: Path = Path()
    """Where programs start."""
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The environment of programs."""
    timeout_s: float = 0.0
    """Seconds that an attempt may take; 0 sets no limit."""


def find_mismatches(
    expectations: Sequence[Expectation], reply: LLMReply, bench: Bench, left_s: float
) -> tuple[Mismatch, ...]:
    """List the mismatches, in the order of `expectations`.

    Args:
        expectations: what is expected.
        reply: what came.
        bench: where it is judged.
        left_s: the seconds that are left of the attempt, if it has a limit.

    Raises:
        DeadlineError: one was not decided in time, and no other is known to fail.
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
    """List the mismatches among those of `apart` that were judged in time."""
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
