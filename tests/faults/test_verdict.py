"""The verdict finds whatever is not as the catalogue says, and nothing else."""

import base64
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from hello_llm.contract import ExitCode
from tests.faults.case import Case, Run
from tests.faults.documents import Answer
from tests.faults.fault import KEY, Fault, Outcome
from tests.faults.stage import Stage
from tests.faults.verdict import complaints, name_of

OUTCOME = Outcome(exit_code=ExitCode.OK, kept=("hi",))
RUN = Run(
    code=0,
    stdout=b"hi\n",
    stderr="",
    wall_s=1.0,
    max_rss_mib=100,
    struck_at=None,
    ended_at=time.monotonic(),
    beyond_loopback="",
)
GOOD: dict[str, Any] = {
    "text": "hi",
    "exit_code": 0,
    "ok": True,
    "error": None,
    "complete": True,
    "attempts": 1,
    "finish_reason": "stop",
}


def case_of(outcome=OUTCOME, form="stream"):
    """Return a case with this outcome."""
    fault = Fault(name="f", group="status", meaning="m", outcome=outcome)
    return Case(fault, "openai", form)


def judged(outcome=OUTCOME, run=RUN, document=None, server=None, retries=None):
    """Return the complaints about a run."""
    if document is None:
        form, answer = "stream", Answer(run.stdout.decode(), None)
    else:
        form, answer = "ndjson", Answer(document["text"], document, retries)
    return complaints(case_of(outcome, form), run, answer, Stage("", server))


def server_of(*spans, attempts=None, elsewhere=()):
    """Return what a server would have seen."""
    exchanges = [SimpleNamespace(began_at=began, ended_at=ended) for began, ended in spans]
    return SimpleNamespace(
        attempts=len(spans) if attempts is None else attempts,
        exchanges=exchanges,
        elsewhere=SimpleNamespace(connections=elsewhere),
    )


def test_a_run_as_it_should_be_has_no_complaint():
    assert judged() == []
    assert judged(document=GOOD, retries=0, server=server_of((0.0, 1.0))) == []


FAILED = Outcome(exit_code=ExitCode.IO, kept=None)


@pytest.mark.parametrize(
    ("outcome", "change", "complaint"),
    [
        (OUTCOME, {"code": None}, "exit hang instead of OK"),
        (OUTCOME, {"code": 7, "stderr": "error: x"}, "exit TIMEOUT instead of OK"),
        (OUTCOME, {"stdout": b"hi"}, "kept 'hi' instead of 'hi\\n'"),
        (OUTCOME, {"stderr": f"the key {KEY}"}, "the key is on stderr"),
        (OUTCOME, {"stderr": quote(KEY, safe="")}, "the key is on stderr"),
        (OUTCOME, {"stderr": base64.b64encode(KEY.encode()).decode()}, "the key is on stderr"),
        (OUTCOME, {"stderr": "a\x9bb"}, "stderr holds control characters"),
        (OUTCOME, {"stderr": "Traceback (most recent call last):"}, "traceback on stderr"),
        (OUTCOME, {"beyond_loopback": "a.b\n"}, "reached beyond loopback: a.b"),
        (FAILED, {"code": 13}, "stderr does not say what happened"),
        (replace(OUTCOME, says=("wait",)), {}, "stderr does not say 'wait'"),
        (replace(OUTCOME, hides=("<p",)), {"stderr": "<p>"}, "stderr says '<p'"),
        (replace(OUTCOME, silent=True), {"stderr": "x"}, "stderr is not empty"),
        (replace(OUTCOME, memory_mib=50), {}, "took 100 MiB"),
        (replace(OUTCOME, absent=("a",)), {"left": ["a", "b"]}, "left a behind"),
        (
            replace(OUTCOME, leaves_within_s=1.0),
            {"struck_at": 5.0, "ended_at": 6.5},
            "it ended this long after the signal: 1.50 s, not 0 to 1 s",
        ),
    ],
)
def test_what_is_wrong_with_a_run_is_found(outcome, change, complaint):
    assert complaint in judged(outcome, replace(RUN, **change))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"exit_code": 9}, "the document says exit 9, ok True"),
        ({"ok": False}, "the document says exit 0, ok False"),
        ({"error": {"code": "IO"}}, "the document says IO"),
        ({"text": "ho"}, "kept 'ho' instead of 'hi'"),
        ({"attempts": 2}, "the document says 2 attempts instead of 1"),
        ({"attempts": 3}, "0 retry events with 3 attempts"),
    ],
)
def test_what_is_wrong_with_a_document_is_found(change, complaint):
    assert complaint in judged(document=GOOD | change, retries=0)


def test_a_cut_reply_that_is_called_complete_is_found():
    cut = Outcome(exit_code=ExitCode.BROKEN_REPLY, kept=("hi",))
    run = replace(RUN, code=9, stderr="error: cut")
    document = GOOD | {"exit_code": 9, "ok": False, "error": {"code": "BROKEN_REPLY"}}
    assert judged(cut, run, document) == ["the document calls the reply complete"]
    assert judged(cut, run, document | {"complete": False}) == []


@pytest.mark.parametrize(
    ("outcome", "server", "complaint"),
    [
        (OUTCOME, server_of(attempts=3), "the server saw 3 attempts instead of 1"),
        (OUTCOME, server_of((0.0, 1.0), elsewhere=[1]), "the other host was called"),
        (
            replace(OUTCOME, held_s=(0.5, 1.0)),
            server_of((0.0, 2.0)),
            "an answer lasted 2.00 s, not 0.5 to 1 s",
        ),
        (
            replace(OUTCOME, attempts=2, wait_s=(1.0, 2.0)),
            server_of((0.0, 1.0), (1.2, 2.0)),
            "the next attempt came after 0.20 s, not 1 to 2 s",
        ),
    ],
)
def test_what_a_server_saw_is_compared(outcome, server, complaint):
    assert judged(outcome, server=server) == [complaint]


def test_a_connection_that_outlives_its_signal_is_found():
    run = replace(RUN, struck_at=5.0, ended_at=5.5)
    outcome = replace(OUTCOME, leaves_within_s=1.0)
    (found,) = judged(outcome, run, server=server_of((4.0, 7.0)))
    assert found == "the server was left after 2.00 s, not -60 to 1 s"


def test_either_of_two_exit_codes_is_right():
    outcome = replace(OUTCOME, exit_code=ExitCode.IO, or_else=ExitCode.OK)
    assert judged(outcome) == []


def test_exit_codes_have_names():
    assert [name_of(code) for code in (0, None, -9, 99)] == ["OK", "hang", "-9", "99"]
