"""Compares what came of a case with what the catalogue says must come of it."""

import base64
import re
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import quote

from hello_llm.contract import ExitCode
from tests.faults.case import Case, Run
from tests.faults.documents import Answer, printed
from tests.faults.fault import KEY, Outcome, Span
from tests.faults.server import FaultServer
from tests.faults.stage import Stage

_SECRETS = (KEY, quote(KEY, safe=""), base64.b64encode(KEY.encode()).decode())
_UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_INCOMPLETE = frozenset({ExitCode.BROKEN_REPLY, ExitCode.TIMEOUT, ExitCode.UNREACHABLE})
_QUIET = frozenset({None, ExitCode.OK, ExitCode.PIPE})
_TRACEBACK = "Traceback (most recent call last)"


def name_of(code: int | None) -> str:
    """Return the name of an exit code, or what stands for one."""
    if code is None:
        return "hang"
    return ExitCode(code).name if code in set(ExitCode) else str(code)


def complaints(case: Case, run: Run, answer: Answer, stage: Stage) -> list[str]:
    """Return everything that is not as the catalogue says, as sentences."""
    wanted = case.outcome
    found = [*_ending(wanted, run), *_stderr(wanted, run), *_leaks(run), *answer.trouble]
    found += [*_text(case, run, answer), *_document(wanted, run, answer)]
    if stage.server is not None:
        found += _seen_by_server(wanted, run, stage.server)
    return found


def _ending(wanted: Outcome, run: Run) -> Iterator[str]:
    if run.code is None or run.code not in {wanted.exit_code, wanted.or_else}:
        yield f"exit {name_of(run.code)} instead of {wanted.exit_code.name}"
    if wanted.memory_mib is not None and run.max_rss_mib > wanted.memory_mib:
        yield f"took {run.max_rss_mib:.0f} MiB"
    if run.struck_at is not None and wanted.leaves_within_s is not None:
        yield from _outside(
            "it ended this long after the signal:",
            run.ended_at - run.struck_at,
            (0, wanted.leaves_within_s),
        )
    for name in set(wanted.absent) & set(run.left):
        yield f"left {name} behind"


def _stderr(wanted: Outcome, run: Run) -> Iterator[str]:
    for fragment in wanted.says:
        if fragment not in run.stderr:
            yield f"stderr does not say {fragment!r}"
    for fragment in wanted.hides:
        if fragment in run.stderr:
            yield f"stderr says {fragment!r}"
    if run.code not in _QUIET and "error: " not in run.stderr:
        yield "stderr does not say what happened"
    if wanted.silent and run.stderr:
        yield "stderr is not empty"


def _leaks(run: Run) -> Iterator[str]:
    stdout = run.stdout.decode(errors="replace")
    for where, text in (("stdout", stdout), ("stderr", run.stderr)):
        if _TRACEBACK in text:
            yield f"traceback on {where}"
        if any(secret in text for secret in _SECRETS):
            yield f"the key is on {where}"
    if _UNSAFE.search(run.stderr):
        yield "stderr holds control characters"
    if run.beyond_loopback:
        yield f"reached beyond loopback: {run.beyond_loopback.strip()}"


def _text(case: Case, run: Run, answer: Answer) -> Iterator[str]:
    wanted = case.outcome.kept
    if case.form == "whole" and case.outcome.kept_whole is not None:
        wanted = case.outcome.kept_whole
    if wanted is None or answer.text is None:
        return
    if case.form == "stream":
        wanted = tuple(printed(text, ok=run.code == 0) for text in wanted)
    if answer.text not in wanted:
        yield f"kept {answer.text[:60]!r} instead of {wanted[0][:60]!r}"


def _document(wanted: Outcome, run: Run, answer: Answer) -> Iterator[str]:
    document = answer.document
    if document is None:
        return
    if document["exit_code"] != run.code or document["ok"] != (run.code == 0):
        yield f"the document says exit {document['exit_code']}, ok {document['ok']}"
    said = document["error"]["code"] if document["error"] else "OK"
    if said != name_of(run.code):
        yield f"the document says {said}"
    if document["complete"] and wanted.finish_reason is None and run.code in _INCOMPLETE:
        yield "the document calls the reply complete"
    stopped = run.code in {ExitCode.INT, ExitCode.TERM, ExitCode.PIPE}
    if answer.retries is not None and not (
        0 <= answer.retries - max(0, document["attempts"] - 1) <= stopped
    ):
        yield f"{answer.retries} retry events with {document['attempts']} attempts"
    if wanted.attempts is not None and document["attempts"] != wanted.attempts:
        yield f"the document says {document['attempts']} attempts instead of {wanted.attempts}"
    if wanted.finish_reason is not None and document["finish_reason"] != wanted.finish_reason:
        yield f"the document says finish reason {document['finish_reason']}"


def _seen_by_server(wanted: Outcome, run: Run, server: FaultServer) -> Iterator[str]:
    if wanted.attempts is not None and server.attempts != wanted.attempts:
        yield f"the server saw {server.attempts} attempts instead of {wanted.attempts}"
    if server.elsewhere.connections:
        yield "the other host was called"
    spans = [(one.began_at, one.ended_at or run.ended_at) for one in server.exchanges]
    for began_at, ended_at in spans:
        if wanted.held_s is not None:
            yield from _outside("an answer lasted", ended_at - began_at, wanted.held_s)
    for (_, ended_at), (next_at, _) in pairwise(spans):
        if wanted.wait_s is not None:
            yield from _outside("the next attempt came after", next_at - ended_at, wanted.wait_s)
    if run.struck_at is not None and wanted.leaves_within_s is not None and spans:
        left_after_s = spans[-1][1] - run.struck_at
        yield from _outside(
            "the server was left after", left_after_s, (-60, wanted.leaves_within_s)
        )


def _outside(what: str, seconds: float, span: Span) -> Iterator[str]:
    least_s, most_s = span
    if not least_s <= seconds <= most_s:
        yield f"{what} {seconds:.2f} s, not {least_s:g} to {most_s:g} s"
