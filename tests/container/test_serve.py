"""The server in its container: who is answered, whether it is healthy, and how it ends."""

import json

import pytest

from tests.container.engine import Engine
from tests.container.running import HARDENED, TOKEN, TOKEN_VARIABLE, Container, running


@pytest.fixture(scope="module")
def server(engine: Engine, image: str):
    """A server that answers with the mock."""
    with running(engine) as container:
        yield container


def test_it_answers_and_is_ready(server: Container):
    assert server.ask("/healthz", token=None).status_code == 200
    assert server.ask("/readyz", token=None).status_code == 200


def test_it_is_healthy(engine: Engine, server: Container):
    assert engine.output("healthcheck", "run", server.name) == ""
    assert server.state("Health.Status") == "healthy"


def test_a_container_that_serves_nothing_is_not_healthy(engine: Engine, image: str):
    words = ("--detach", *HARDENED, "--entrypoint=sleep", image, "infinity")
    name = engine.output("run", *words).strip()
    assert engine.run("healthcheck", "run", name).returncode == 1
    engine.output("rm", "--force", "--time=0", "--volumes", name)


def test_who_has_no_token_gets_nothing(server: Container):
    for token in (None, "x", f"{TOKEN}x"):
        assert server.ask("/v1/models", token=token).status_code == 401
        body = {"model": "mock/echo", "messages": [{"role": "user", "content": "hi"}]}
        assert server.ask("/v1/chat/completions", token=token, json=body).status_code == 401


def test_a_foreign_name_is_refused(server: Container):
    assert server.ask("/v1/models", host="rebound.example.org").status_code == 403


def test_it_answers_through_the_published_port(server: Container):
    assert [one["id"] for one in server.ask("/v1/models").json()["data"]] == ["mock/echo"]
    body = {"model": "mock/echo", "messages": [{"role": "user", "content": "hi"}]}
    answer = server.ask("/v1/chat/completions", json=body).json()
    assert answer["choices"][0]["message"]["content"] == "Hello! You said: hi"


def test_the_token_is_not_in_the_log(server: Container):
    server.ask("/v1/models")
    assert "/v1/models" in server.log()
    assert TOKEN not in server.log()


def test_the_images_own_command_serves(engine: Engine, image: str):
    with running(engine, arguments=()) as container:
        assert container.ask("/v1/models").status_code == 200


def test_it_ends_by_itself_when_it_is_stopped(engine: Engine, image: str):
    """Podman kills what doesn't, and then the exit code is another."""
    with running(engine) as container:
        engine.output("stop", container.name)
        assert container.state("ExitCode") == "0"


def test_without_the_token_it_says_what_is_missing(engine: Engine, image: str):
    ended = engine.run("run", "--rm", *HARDENED, image)
    assert ended.returncode == 2
    assert ended.stderr.startswith("error: ")
    assert TOKEN_VARIABLE in ended.stderr
    assert "\nhint: " in ended.stderr


def test_the_ledger_is_kept_in_the_volume(engine: Engine, image: str, ollama_server):
    """It outlives the container, in which nothing else can be written to."""
    kept = "--volume=ledger-of-a-test:/var/lib/hello-llm"
    where = ("--model", "ollama/qwen2.5:0.5b", "--api-base", ollama_server.url)
    hardened = ("run", "--rm", *HARDENED, kept)
    engine.output(*hardened, "--network=host", image, "chat", "--ledger", *where, "hi")
    spent = json.loads(engine.output(*hardened, image, "spend", "--json"))
    assert (spent["ledger"], spent["calls"]) == ("/var/lib/hello-llm/ledger.sqlite3", 1)
