"""Every program is asked the same, and a cold run cannot meet a warm process."""

import ast
import json
import socket
import tomllib
from pathlib import Path

import pytest

from tests.bench.peers import BARE_LOOP, BARE_SCRIPT, Peers, Question
from tests.bench.processes import FailedRunError

QUESTION = Question("m", "http://127.0.0.1:1/v1", {"max_tokens": 20, "seed": 1})


def test_the_program_is_asked_with_flags(peers):
    argv = peers.ours_asking("x", QUESTION).argv
    assert argv[1:4] == ["chat", "--provider", "litellm"]
    assert " ".join(argv).endswith(
        "--model openai/m --api-base http://127.0.0.1:1/v1 --max-tokens 20 --seed 1 --stream hi"
    )


def test_curl_is_asked_with_the_parameters_in_the_body(peers):
    argv = peers.curl("x", QUESTION).argv
    body = json.loads(argv[argv.index("-d") + 1])
    assert body == {
        "model": "m",
        "stream": True,
        "messages": [{"role": "user", "content": "hi"}],
        "max_tokens": 20,
        "seed": 1,
    }
    assert argv[-1] == "http://127.0.0.1:1/v1/chat/completions"


def test_the_bare_script_is_five_lines_and_takes_the_parameters_last(peers):
    *_, script, model, base, params = peers.bare("x", QUESTION).argv
    assert Path(script).read_text(encoding="utf-8") == BARE_SCRIPT
    assert len(BARE_SCRIPT.splitlines()) == 5
    ast.parse(BARE_SCRIPT)
    assert (model, base, json.loads(params)) == ("openai/m", QUESTION.api_base, QUESTION.params)


def test_checks_and_the_bare_loop_ask_the_same_as_often_at_a_time(peers):
    command = peers.ours_checking("x", QUESTION, 3, lanes=2)
    suite = tomllib.loads(Path(command.argv[2]).read_text(encoding="utf-8"))
    assert " ".join(command.argv[3:]) == (
        "--provider litellm --model openai/m --api-base http://127.0.0.1:1/v1 -j 2"
    )
    _, script, model, base, lanes, *prompts = peers.bare_loop("x", QUESTION, 3, lanes=2).argv
    assert Path(script).read_text(encoding="utf-8") == BARE_LOOP
    ast.parse(BARE_LOOP)
    assert (model, base, lanes) == ("openai/m", QUESTION.api_base, "2")
    assert prompts == [check["prompt"] for check in suite["check"]]
    assert len(set(prompts)) == 3


def test_llm_is_told_of_the_model_in_a_folder_for_it(peers):
    command = peers.llm_asking("x", QUESTION)
    assert command.argv[-7:] == ["-o", "max_tokens", "20", "-o", "seed", "1", "hi"]
    file = Path(command.environ["LLM_USER_PATH"]) / "extra-openai-models.yaml"
    (entry,) = json.loads(file.read_text(encoding="utf-8"))
    assert (entry["model_name"], entry["api_base"]) == ("m", QUESTION.api_base)


def test_cold_and_warm_runs_have_private_folders_of_their_own(peers):
    cold, warm = (
        Path(peers.ours("x", warm=warm).environ["XDG_RUNTIME_DIR"]) for warm in (False, True)
    )
    assert cold != warm
    assert [path.stat().st_mode & 0o777 for path in (cold, warm)] == [0o700, 0o700]


def test_a_socket_where_runs_are_to_be_cold_is_found(peers, monkeypatch):
    peers.must_be_cold()
    folder = Path(peers.ours("x").environ["XDG_RUNTIME_DIR"])
    monkeypatch.chdir(folder)  # a socket's path may be only so long
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("warm.sock")
        with pytest.raises(FailedRunError, match="would not be cold"):
            peers.must_be_cold()


def test_two_benchmarks_at_once_are_refused(peers, tmp_path):
    with pytest.raises(FailedRunError, match="another benchmark runs"):
        Peers(tmp_path / "peers")
    peers.close()
    Peers(tmp_path / "peers").close()
