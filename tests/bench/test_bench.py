"""The benchmark measures what it says, and its report says what was measured."""

import json
import sys
from xml.etree import ElementTree as ET

import httpx
import pytest

from tests.bench.instant import serving
from tests.bench.processes import Command, FailedRunError, measure, run
from tests.bench.report import drawing, head, row
from tests.bench.suites import SUITES, Figure

PYTHON = (sys.executable, "-S", "-c")
BUSY = "for _ in range(2_000_000): pass"
FIGURE = Figure("cold", "chat", "s", 0.5, "llm <x>", 1.0, 0.4)


def command(name, code, *, terminal=False):
    return Command(name, [*PYTHON, code], {}, terminal=terminal)


def test_the_costs_of_each_command_stand_under_its_name():
    costs = measure([command("idle", "pass"), command("busy", BUSY)], 1)
    assert list(costs) == ["idle", "busy"]
    assert costs["busy"].cpu_s > costs["idle"].cpu_s > 0
    assert 1 < costs["idle"].memory_mib < 500


@pytest.mark.parametrize("terminal", [True, False])
def test_output_of_any_length_is_read(terminal):
    assert run(command("loud", "print('x' * 300_000)", terminal=terminal)).wall_s > 0


def test_a_run_on_a_terminal_sees_one():
    run(command("tty", "import os, sys; sys.exit(not os.isatty(1))", terminal=True))
    with pytest.raises(FailedRunError):
        run(command("tty", "import os, sys; sys.exit(not os.isatty(1))"))


def test_a_run_that_fails_is_no_figure():
    with pytest.raises(FailedRunError, match=r"^broken ended with 3$"):
        run(command("broken", "raise SystemExit(3)"))


def test_the_report_says_whether_a_goal_is_met():
    assert head().count("|") == row(FIGURE).count("|") * 2
    assert row(FIGURE) == "| cold | chat | 0.500 s | llm <x> | 1.000 s | 0.50 | ≤ 0.4 | **no** |\n"


def test_the_drawing_is_well_formed_and_shows_each_figure():
    svg = ET.fromstring(drawing([FIGURE, FIGURE]))
    labels = [text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert labels == ["chat / llm <x> (s)", "0.50"] * 2


def test_every_suite_has_a_sentence():
    assert all(suite.__doc__ for suite in SUITES.values())


@pytest.mark.parametrize("stream", [True, False])
def test_the_server_answers_with_as_many_tokens_as_were_asked_for(stream):
    asked = {"model": "tokens-3", "stream": stream}
    with serving() as base, httpx.Client(trust_env=False) as client:
        text = client.post(f"{base}/chat/completions", json=asked).text
    if stream:
        *frames, end, rest = text.split("\n\n")
        assert (end, rest) == ("data: [DONE]", "")
        values = [json.loads(frame.removeprefix("data: ")) for frame in frames]
        deltas = [value["choices"][0]["delta"].get("content") for value in values[:4]]
        assert deltas == ["the ", "quick ", "**brown** ", None]
        assert values[-1]["usage"]["completion_tokens"] == 3
    else:
        assert json.loads(text)["choices"][0]["message"]["content"] == "the quick **brown** "
