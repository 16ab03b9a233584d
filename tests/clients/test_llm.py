"""The client ``llm`` and ``hello-llm serve``: answers, errors and keys."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import DEVNULL, PIPE, CompletedProcess

import pytest

from tests.clients.conftest import Serve
from tests.serve.conftest import SCRIPT
from tests.serve.running import Running

LLM = (sys.executable, "-m", "llm")
TOKEN = "t0ken-of-the-server-0123456789"
MODELS = """
- model_id: served
  model_name: any
  api_base: "{url}/v1"
- model_id: guarded
  model_name: any
  api_base: "{url}/v1"
  api_key_name: hello
"""


@pytest.fixture(scope="module")
def server(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    script = tmp_path_factory.mktemp("script") / "script.toml"
    script.write_text(SCRIPT)
    with serve("--script", str(script), "--allow", "*", "--retries", "0") as running:
        yield running


@pytest.fixture(scope="module")
def guarded(serve: Serve) -> Iterator[Running]:
    flags = ("--provider", "mock", "--allow", "*", "--token-env", "SERVER_TOKEN")
    with serve(*flags, environ={"SERVER_TOKEN": TOKEN}) as running:
        yield running


@pytest.fixture
def knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Running], None]:
    """Makes a server known to ``llm``."""
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path))

    def knows(server: Running) -> None:
        (tmp_path / "extra-openai-models.yaml").write_text(MODELS.format(url=server.url))

    return knows


def llm(*arguments: str, stdin: str = "") -> "CompletedProcess[str]":
    command = [*LLM, *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("flags", [(), ("--no-stream",)], ids=["stream", "whole"])
def test_an_answer(knows, server: Running, flags):
    knows(server)
    ended = llm("prompt", "-m", "served", *flags, "slow")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "one two three four five\n"


def test_a_stream_is_shown_while_it_is_being_written(knows, server: Running):
    knows(server)
    command = [*LLM, "prompt", "-m", "served", "endless"]
    with subprocess.Popen(command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL) as asking:
        assert asking.stdout is not None
        assert asking.stdout.read(7) == b"drop 1 "
        asking.kill()


def test_a_conversation_is_sent_whole(knows, server: Running):
    knows(server)
    llm("prompt", "-m", "served", "-s", "Be brief.", "one two")
    assert llm("prompt", "-c", "three").stdout == "Hello! You said: three\n"
    # "Be brief.", "one two", "Hello! You said: one two", "three"
    assert "10 input, 4 output" in llm("logs", "-n", "1", "--usage").stdout


@pytest.mark.parametrize("flags", [(), ("--no-stream",)], ids=["stream", "whole"])
def test_an_error_is_shown(knows, server: Running, flags):
    knows(server)
    ended = llm("prompt", "-m", "served", *flags, "down")
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith("Error: Error code: 503")
    assert "mock.invalid failed (503)" in ended.stderr


def test_an_error_in_the_middle_follows_what_has_arrived(knows, server: Running):
    knows(server)
    ended = llm("prompt", "-m", "served", "cut")
    assert ended.returncode == 1
    assert ended.stdout == "one two "
    assert ended.stderr == ("Error: mock.invalid closed the connection in the middle of a reply\n")


def test_a_server_that_requires_a_token_refuses_without(knows, guarded: Running):
    knows(guarded)
    ended = llm("prompt", "-m", "served", "hi")
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: Error code: 401")
    assert "Authorization: Bearer TOKEN" in ended.stderr


def test_the_token_is_a_key(knows, guarded: Running):
    knows(guarded)
    ended = llm("prompt", "-m", "guarded", "--key", TOKEN, "hi")
    assert ended.stdout == "Hello! You said: hi\n"
    assert llm("keys", "set", "hello", stdin=f"{TOKEN}\n").returncode == 0
    assert llm("prompt", "-m", "guarded", "hi").stdout == "Hello! You said: hi\n"
