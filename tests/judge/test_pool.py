"""Judge processes start when they are needed, do one job after the other, and end for certain."""

import os
import signal
import sys
import threading

import pytest

from hello_llm.contract import UsageError
from hello_llm.judge import pool
from hello_llm.judge.messages import Job
from hello_llm.judge.pool import Judges
from hello_llm.judge.process import GoneError, JudgeProcess

ENDLESS = ("regex", "^(a+)+$")
HOSTILE = "a" * 60 + "!"
LONG_S = 60.0

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes as Linux has them")


@pytest.fixture
def started(monkeypatch):
    """The processes that were started."""
    processes = []

    class Counted(JudgeProcess):
        def __init__(self, environ):
            super().__init__(environ)
            processes.append(self._process)

    monkeypatch.setattr(pool, "JudgeProcess", Counted)
    return processes


@pytest.fixture
def judges():
    with Judges({"PATH": os.defpath}) as judges:
        yield judges


def job(*items, text=HOSTILE):
    return Job("judge", items, text=text, environ={"PATH": os.defpath})


def test_one_process_does_one_job_after_the_other(judges, started):
    assert judges.validate([("regex", "a"), ("regex", "("), ("exec", ["true"])])[::2] == [
        None,
        None,
    ]
    for _ in range(3):
        assert judges.judge(job(("regex", "a"), ("not_regex", "!$")), LONG_S)[0] is None
    assert len(started) == 1


def test_a_job_that_is_late_leaves_a_process_that_can_do_the_next(judges, started):
    assert judges.judge(job(("regex", "a"), ENDLESS, ("regex", "b")), 0.5) == [None]
    assert judges.judge(job(("regex", "a")), LONG_S) == [None]
    assert len(started) == 1


def test_lanes_judge_at_the_same_time(judges, started):
    found = []

    def lane(text):
        found.append(judges.judge(job(ENDLESS, text=text), 1.0))

    threads = [threading.Thread(target=lane, args=[text]) for text in (HOSTILE, HOSTILE, "aaa")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG_S)
    assert sorted(map(len, found)) == [0, 0, 1]
    assert 1 <= len(started) <= 3


@pytest.mark.parametrize("victim", ["its parent", "itself"])
def test_a_worker_that_is_killed_fails_its_item_and_no_other(judges, victim):
    target = {"its parent": "$PPID", "itself": "$$"}[victim]
    command = ["sh", "-c", f"kill -KILL {target}; sleep 1000"]
    answers = judges.judge(job(("exec", command), ("regex", "a")), LONG_S)
    told = {
        "its parent": "its process was killed by SIGKILL",
        "itself": "killed by SIGKILL",
    }[victim]
    assert answers == [[told], None]


def test_a_process_that_is_killed_from_outside_fails_its_item_and_is_replaced(judges, started):
    command = ["sh", "-c", "kill -KILL $(cut -d ' ' -f 4 /proc/$PPID/stat); sleep 1"]
    answers = judges.judge(job(("exec", command), ("regex", "a")), LONG_S)
    assert answers == [["the judge process was killed from outside"], None]
    assert [process.poll() for process in started] == [-signal.SIGKILL, None]


def test_a_process_that_was_stopped_does_not_keep_the_run(judges, started):
    command = ["sh", "-c", "kill -STOP $(cut -d ' ' -f 4 /proc/$PPID/stat); sleep 1000"]
    assert judges.judge(job(("exec", command)), 0.5) == []
    assert judges.judge(job(("regex", "a")), LONG_S) == [None]
    assert len(started) == 1


def test_the_end_of_the_run_ends_what_is_being_judged(judges, started):
    failed = []

    def lane():
        try:
            judges.judge(job(ENDLESS), None)
        except GoneError as error:
            failed.append(error)

    thread = threading.Thread(target=lane)
    thread.start()
    while not started:
        pass
    judges.close()
    thread.join(LONG_S)
    assert (len(failed), started[0].poll()) == (1, 0)
    with pytest.raises(GoneError):
        judges.judge(job(("regex", "a")), LONG_S)


@pytest.mark.parametrize("executable", ["/nonexistent/python", "/bin/true"])
def test_a_process_that_cannot_be_started_is_told(judges, monkeypatch, executable):
    monkeypatch.setattr(sys, "executable", executable)
    with pytest.raises(UsageError, match=r"^the process that judges answers cannot be started: "):
        judges.validate([("regex", "a")])


def test_what_takes_too_much_memory_is_told_and_the_next_item_is_judged(judges):
    grows = ("regex", "(?:(.)|(..))*c")  # with every letter that it has seen
    answers = judges.judge(job(grows, ("regex", "a"), text="ab" * 10_000_000), None)
    assert answers == [["it takes more than 1 GiB of memory"], None]


def test_a_text_of_any_characters_is_judged(judges):
    text = "\ud800\x00\U0010ffff\n" * 100_000
    assert (
        judges.judge(job(("regex", "\U0010ffff\n$"), ("regex", "\ud801"), text=text), LONG_S)[0]
        is None
    )
