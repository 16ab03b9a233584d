"""Checks run several at a time, wait for a host together, and come to a result in order."""

import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from hello_llm.checks.assertions.table import Expectation
from hello_llm.checks.plan import Case, Plan
from hello_llm.checks.results import Verdict
from hello_llm.checks.run import Run
from hello_llm.checks.suite import Check
from hello_llm.contract import (
    AuthError,
    ChatRequest,
    ExitCode,
    Finished,
    LLMReply,
    Message,
    RateLimitedError,
    Usage,
)
from hello_llm.engine import Candidate, RetryPolicy, Turn
from hello_llm.engine.pace import HostPace
from tests.engine.fakes import Fake

PASS, FAIL, ERROR, SKIPPED = Verdict.PASS, Verdict.FAIL, Verdict.ERROR, Verdict.SKIPPED


def reply(text, micros=0):
    return Finished(LLMReply(text, "fake", "mock/a", Usage(usd_micros=micros), "stop"))


def limited(seconds):
    return RateLimitedError("too many", transient=True, retry_after_s=seconds)


class Asked:
    """Makes cases that are answered in turn from a list, and keeps when each was asked."""

    def __init__(self):
        self.at = []
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()
        self._paces = {host: HostPace(host, 60.0) for host in "ab"}

    @contextmanager
    def asking(self, name):
        with self._lock:
            self.at.append((name, time.monotonic()))
            self._now += 1
            self.most = max(self.most, self._now)
        yield
        with self._lock:
            self._now -= 1

    def case(self, name, *answers, repeat=1, needed=1, host="a", pause=0.0, retries=0, **rest):
        waiting = list(answers)

        def provider():
            with self._lock:
                events = [waiting.pop(0) if waiting[1:] else waiting[0] for _ in range(retries + 1)]
            return Noting(self, name, pause, events)

        def ask():
            request = ChatRequest.from_prompt("hi")
            candidate = Candidate(request, provider, "fake", self._paces[host])
            return Turn([candidate], stream=True, retry=RetryPolicy(retries))

        quarantined = rest.pop("quarantined", False)
        expectations = (Expectation("contains", "yes"),)
        check = Check(
            *(name, 1, (Message("user", "hi"),), expectations, rest.pop("expect_error", None)),
            repeat=repeat,
            needed=needed,
            quarantined=quarantined,
        )
        return Case(check, "mock/a", "fake", self._paces[host], ask, Path(), **rest)


class Noting(Fake):
    """Plays one of its events at each call, which is noted and takes a while."""

    def __init__(self, asked, name, pause, events):
        super().__init__(*events)
        self._asked, self._name, self._pause = asked, name, pause

    def _play(self):
        event = self.events[min(self.taken, len(self.events) - 1)]
        self.taken += 1
        with self._asked.asking(self._name):
            time.sleep(self._pause)
        if isinstance(event, BaseException):
            raise event
        yield event


YES, NO = reply("yes"), reply("no")


def verdicts(run):
    return [check.verdict for check in run.results()]


@pytest.mark.parametrize(
    ("needed", "verdict", "flaky"), [(3, PASS, True), (4, FAIL, False), (5, FAIL, False)]
)
def test_three_right_answers_of_five(needed, verdict, flaky):
    asked = Asked()
    run = Run([asked.case("a", YES, NO, YES, NO, YES, repeat=5, needed=needed)], Plan())
    run.run()
    (result,) = run.results()
    assert (result.verdict, result.flaky) == (verdict, flaky)


@pytest.mark.parametrize(("all_attempts", "calls"), [(False, 2), (True, 5)])
def test_what_is_decided_is_asked_no_more(all_attempts, calls):
    asked = Asked()
    run = Run([asked.case("a", YES, repeat=5, needed=2)], Plan(all_attempts=all_attempts))
    run.run()
    assert len(asked.at) == len(run.results()[0].attempts) == calls


def test_many_workers_make_no_attempt_that_may_be_in_vain():
    asked = Asked()
    run = Run([asked.case("a", YES, repeat=5, needed=2, pause=0.02)], Plan(jobs=8))
    run.run()
    assert (len(asked.at), asked.most) == (2, 2)


def test_workers_ask_at_a_time_and_results_come_in_order():
    asked, told = Asked(), []
    names = [f"c{number}" for number in range(12)]
    cases = [asked.case(n, YES, pause=0.02 * (12 - i)) for i, n in enumerate(names)]
    run = Run(cases, Plan(jobs=4), lambda result: told.append(result.name))
    run.run()
    assert told == names == [result.name for result in run.results()]
    assert asked.most == 4


def test_a_rate_limit_is_an_error_and_no_failure():
    asked = Asked()
    run = Run([asked.case("a", limited(None), repeat=3, needed=2)], Plan())
    run.run()
    (result,) = run.results()
    assert (result.verdict, len(result.attempts)) == (ERROR, 2)


@pytest.mark.parametrize("retries", [0, 1])
def test_one_wait_that_a_server_asks_for_holds_all_workers_of_that_host(retries):
    """Whether the engine obeys it itself, or gave up."""
    asked = Asked()
    cases = [
        asked.case("limited", limited(0.4), YES, retries=retries, pause=0.2),
        *(asked.case(f"a{number}", YES, pause=0.3) for number in range(4)),
        asked.case("elsewhere", YES, host="b"),
    ]
    run = Run(cases, Plan(jobs=3))
    started = time.monotonic()
    run.run()
    after = {name: at - started for name, at in asked.at}
    assert [after[f"a{number}"] >= 0.6 for number in range(2, 4)] == [True] * 2
    assert after["elsewhere"] < 0.6
    assert verdicts(run) == [PASS if retries else ERROR] + [PASS] * 5


def test_a_wait_longer_than_allowed_holds_nobody():
    asked = Asked()
    cases = [asked.case("a", limited(3600)), asked.case("b", YES)]
    run = Run(cases, Plan())
    run.run()
    assert verdicts(run) == [ERROR, PASS]


@pytest.mark.parametrize("first", [NO, limited(None)])
def test_fail_fast_ends_after_the_first_that_is_bad(first):
    asked = Asked()
    run = Run([asked.case("a", first), asked.case("b", YES)], Plan(fail_fast=True))
    run.run()
    assert verdicts(run)[1:] == [SKIPPED]


def test_fail_fast_passes_over_what_is_quarantined():
    asked = Asked()
    run = Run([asked.case("a", NO, quarantined=True), asked.case("b", YES)], Plan(fail_fast=True))
    run.run()
    assert verdicts(run) == [FAIL, PASS]


@pytest.mark.parametrize(
    ("budget", "worst", "tried"), [(100, 40, 3), (89, 40, 2), (39, 40, 0), (100, None, 0)]
)
def test_the_budget_ends_the_run_before_it_may_be_crossed(budget, worst, tried):
    asked = Asked()
    cases = [asked.case(f"c{n}", reply("yes"), bound_nano_usd=worst) for n in range(5)]
    run = Run(cases, Plan(max_nano_usd=budget, counted_nano_usd=lambda: 25 * len(asked.at)))
    run.run()
    assert (len(asked.at), run.stopped) == (tried, ExitCode.BUDGET)
    assert verdicts(run) == [PASS] * tried + [SKIPPED] * (5 - tried)


def test_an_error_that_is_expected_passes_and_an_answer_in_its_place_fails():
    asked = Asked()
    cases = [
        asked.case("a", AuthError("no key"), expect_error=ExitCode.AUTH),
        asked.case("b", YES, expect_error=ExitCode.AUTH),
        asked.case("c", limited(None), expect_error=ExitCode.AUTH),
    ]
    run = Run(cases, Plan())
    run.run()
    assert verdicts(run) == [PASS, FAIL, ERROR]
    assert run.results()[1].attempts[0].mismatches[0].got == "the answer 'yes'"


def test_a_bug_ends_the_run_and_what_was_done_is_kept():
    asked = Asked()
    cases = [asked.case("a", YES), asked.case("b", ZeroDivisionError())]
    run = Run(cases, Plan())
    with pytest.raises(ZeroDivisionError):
        run.run()
    assert verdicts(run) == [PASS, SKIPPED]
