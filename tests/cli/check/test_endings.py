"""How a run of ``check`` can end, and what is left of it: signals, full disks, reports."""

import json
import os
import signal
import subprocess
import sys
import time
from xml.etree import ElementTree as ET

import pytest

from hello_llm.providers.litellm import loader
from hello_llm.providers.mock.provider import MockProvider
from tests.cli.check.suites import asks, on, results
from tests.cli.person import A_MOMENT_S
from tests.cli.program import COMMAND, program
from tests.servers import OpenAI, Script, ScriptedServer

pytestmark = pytest.mark.in_process

PASSES = '{ contains = "hi" }'
YES = Script(chunks=("yes",))
WHEN_TO_STOP_S = 20.0


def until(true):
    ends_at = time.monotonic() + WHEN_TO_STOP_S
    while not true():
        assert time.monotonic() < ends_at
        time.sleep(0.02)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_in_the_middle_keeps_what_was_done(suite, tmp_path, number, code):
    report, junit = tmp_path / "report.json", tmp_path / "report.xml"
    with ScriptedServer(OpenAI(), YES, Script(chunks=("y", "es"), end="stall")) as server:
        flags = on(server, "--report", f"json={report}", "--report", f"junit={junit}")
        command = [*COMMAND, "check", suite(asks("a"), asks("b")), *flags]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            until(lambda: len(server.requests) == 2)
            run.send_signal(number)
            out, _ = run.communicate(timeout=WHEN_TO_STOP_S)
    assert (run.returncode, results(report)) == (code, {"a": "pass", "b": "skipped"})
    (skipped,) = ET.parse(junit).iter("skipped")
    why = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}[number]
    assert (skipped.get("message") or "").endswith(f"not tried: {why}")
    assert b"2 checks: 1 passed, 1 skipped in " in out


def test_what_was_decided_while_an_earlier_check_ran_is_told_after_an_interrupt(
    suite, script, tmp_path
):
    script.write_text(
        'version = 1\ntime = "real"\n'
        '[[rule]]\nname = "slow"\ncontains = "slow"\nchunks = ["a", "b"]\nchunk_delay = 15\n'
        '[[rule]]\nname = "rest"\n'
    )
    path = suite(asks("first", prompt="slow"), asks("second", expect=PASSES))
    tape = tmp_path / "tape.jsonl"
    command = [*COMMAND, "check", path, "--script", script, "-j", "2", "--record", tape]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as run:
        until(lambda: tape.exists() and tape.stat().st_size)
        time.sleep(A_MOMENT_S)
        run.send_signal(signal.SIGINT)
        out, _ = run.communicate(timeout=WHEN_TO_STOP_S)
    assert run.returncode == 130
    assert out.decode().splitlines()[0] == "pass    second  [mock/echo]"


def test_a_second_ctrl_c_ends_at_once(suite, tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)  # nobody reads it: the report waits for ever
    with ScriptedServer(OpenAI(), Script(chunks=("y", "es"), end="stall")) as server:
        command = [*COMMAND, "check", suite(asks("a")), *on(server, "--report", f"tap={fifo}")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            until(lambda: len(server.requests) == 1)
            run.send_signal(signal.SIGINT)
            with pytest.raises(subprocess.TimeoutExpired):
                run.wait(1.5)
            run.send_signal(signal.SIGINT)
            _, err = run.communicate(timeout=WHEN_TO_STOP_S)
    assert (run.returncode, b"Traceback" in err) == (130, False)


def test_a_full_standard_output_ends_with_its_code_and_the_reports(suite, tmp_path):
    report = tmp_path / "report.json"
    path = suite(asks("a", expect=PASSES), asks("b", expect=PASSES))
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        command = [*COMMAND, "check", path, "--report", f"json={report}"]
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert ended.returncode == 13
    assert ended.stderr.startswith(b"error: cannot write to standard output: ")
    document = json.loads(report.read_text())
    assert (document["exit_code"], results(report)) == (13, {"a": "pass", "b": "skipped"})
    assert document["results"][1]["skipped_because"].startswith("cannot write to standard output")


def test_a_reader_that_goes_away_ends_it_in_silence(suite, tmp_path):
    report = tmp_path / "report.json"
    path = suite(*(asks(f"c{number}", expect=PASSES) for number in range(50)))
    line = f"{sys.executable} -m hello_llm check {path} --report json={report} | head -1"
    ended = subprocess.run(
        ["bash", "-c", f"{line}; exit ${{PIPESTATUS[0]}}"], capture_output=True, check=False
    )
    assert (ended.returncode, ended.stderr) in [(141, b""), (0, b"")]
    assert ended.stdout == b"pass    c0  [mock/echo]\n"
    assert len(results(report)) == 50


@pytest.mark.parametrize(("expect", "code"), [(PASSES, 13), ('{ contains = "no" }', 1)])
def test_a_report_that_cannot_be_written_is_told_and_outweighed_by_a_failure(suite, expect, code):
    ended = program("check", suite(asks("a", expect=expect)), "--report", "junit=/dev/full")
    assert ended.code == code
    assert f": exit {code} (" in ended.text.splitlines()[-1]
    assert ended.stderr.startswith("error: cannot write /dev/full: ")


def test_a_mistake_of_ours_keeps_the_reports(suite, tmp_path, monkeypatch):
    def fail(self, request):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(MockProvider, "chat", fail)
    report = tmp_path / "report.json"
    ended = program("check", suite(asks("a")), "--report", f"json={report}")
    assert ended.code == 70
    assert ended.stderr.startswith("error: unexpected ZeroDivisionError: oops")
    assert results(report) == {"a": "skipped"}


def test_a_report_on_standard_output_is_alone_there(suite):
    ended = program("check", suite(asks("a", expect=PASSES)), "--report", "json=-")
    assert (ended.code, json.loads(ended.stdout)["ok"]) == (0, True)
    assert ended.stderr.splitlines()[0] == "pass    a  [mock/echo]"


def test_the_lines_of_an_answer_give_a_runner_no_commands(suite, openai_server):
    openai_server.play(Script(chunks=("::add-mask::x\n::error::y",)))
    ended = program("check", suite(asks("a")), *on(openai_server), "--report", "github")
    commands = [line for line in ended.text.splitlines() if line.lstrip().startswith("::")]
    assert [line.partition(" ")[0] for line in commands] == ["::error"]
    assert "title=fail%3A a on openai/x" in commands[0]


def test_each_report_has_a_place_of_its_own(suite, tmp_path):
    flags = ("--report", f"json={tmp_path / 'a'}", "--report", f"tap={tmp_path}/./a")
    ended = program("check", suite(asks("a")), *flags)
    assert (ended.code, ended.stdout) == (2, b"")
    assert "two reports go to " in ended.stderr


def test_ctrl_c_while_litellm_is_imported_reports_too(suite, tmp_path, openai_server, monkeypatch):
    def load():
        raise KeyboardInterrupt

    monkeypatch.setattr(loader, "load", load)
    report = tmp_path / "report.json"
    ended = program("check", suite(asks("a")), *on(openai_server, f"--report=json={report}"))
    assert (ended.code, ended.stderr, results(report)) == (130, "", {"a": "skipped"})
    assert openai_server.requests == []
