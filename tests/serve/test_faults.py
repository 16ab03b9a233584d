"""Every fault that a script can play: a client learns what the command line would say of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hello_llm.contract import ExitCode
from hello_llm.providers.mock.faults import FAULTS
from hello_llm.serve.problem import KINDS
from tests.cli.program import program
from tests.serve.running import Running, serving

LASTING = [name for name, fault in FAULTS.items() if fault.times is None]
PASSING = sorted(FAULTS.keys() - LASTING)
LIMITS = (
    *("--retries", "0", "--first-token-timeout", "1", "--idle-timeout", "1"),
    *("--connect-timeout", "1", "--timeout", "2"),
)


def rule(name: str) -> str:
    return f'[[rule]]\nname = "{name}"\ncontains = "({name})"\nfault = "{name}"\noptional = true\n'


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("faults") / "script.toml"
    file.write_text("version = 1\n" + "\n".join(map(rule, FAULTS)))
    return file


@pytest.fixture(scope="module")
def faulty(script: Path) -> Iterator[Running]:
    with serving("--script", str(script), "--allow", "*", *LIMITS) as running:
        yield running


def told(running: Running, name: str, *, stream: bool) -> tuple[int, int]:
    """Ask for a fault; returns the status, and the exit code that the client is told."""
    question = [{"role": "user", "content": f"({name})"}]
    body = {"model": "mock/echo", "stream": stream, "messages": question}
    answer = httpx.post(f"{running.url}/v1/chat/completions", json=body, timeout=60)
    if not stream or answer.status_code != 200:
        found = answer.json()
        return answer.status_code, found["error"]["exit_code"] if "error" in found else 0
    *frames, last, end = answer.text.split("\n\n")
    assert end == ""
    if last == "data: [DONE]":
        assert '"error": {' not in "".join(frames)
        return 200, 0
    return 200, json.loads(last.removeprefix("data: "))["error"]["exit_code"]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("name", LASTING)
def test_a_fault_is_told_as_the_command_line_would(faulty, script, name, stream):
    form = "--stream" if stream else "--no-stream"
    flags = ("--script", script, "-m", "mock/echo", *LIMITS, form, "--json")
    ended = program("chat", f"({name})", *flags)
    status, code = told(faulty, name, stream=stream)
    assert code == ended.code
    if status != 200:
        assert status == KINDS[ExitCode(code)].status or 400 <= status < 600


@pytest.mark.parametrize("name", PASSING)
def test_a_fault_that_passes_strikes_one_call(faulty, name):
    (status, code), second = (told(faulty, name, stream=True) for _ in range(2))
    assert status == KINDS[ExitCode(code)].status or status == 500
    assert second == (200, 0)
