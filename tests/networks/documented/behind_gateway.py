"""The scene of the section on gateways: who gets the headers that a user adds, and who does not."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import hello_llm
from tests.networks.calls import ANSWER, answer, failure
from tests.networks.documented.stage import (
    ANSWERED,
    ENVIRON,
    Site,
    Stage,
    bearer,
    unusual_headers,
)
from tests.networks.running import run
from tests.servers import Request, Script

_BASE = "https://gateway.example/v1"
_OWN = {"x-team": "blue", "x-gateway-token": ENVIRON["GATEWAY_TOKEN"]}
_SUITE = """\
version = 1

[defaults]
headers = { X-Team = "checks", User-Agent = "nightly-checks/2" }

[[check]]
name = "the gateway answers"
prompt = "hi"
expect = { min_chars = 1 }
"""


@contextmanager
def gateways(stage: Stage) -> Iterator[None]:
    """A gateway that lets in nobody without its header, and fails in the third call."""
    names = ("gateway.example", "elsewhere.example", "api.anthropic.com")
    with stage.names(*names, "proxy.example"), stage.site(*names) as server:
        server.token = ENVIRON["GATEWAY_TOKEN"]
        server.play(Script(), Script(), Script(status=503), Script())
        yield
        _check_commands(stage, server.requests)
        _check_suite(stage, server)
        settings = {
            "environ": ENVIRON,
            "ca_file": stage.authority.file,
            "api_key_env": "LLM_KEY",
            "headers": {"X-Team": "blue"},
            "headers_env": {"X-Gateway-Token": "GATEWAY_TOKEN"},
        }
        _check_tunnel(stage, server, settings)
        _check_redirect(server, settings)
    for name in ("Authorization", "Host", "Content-Length"):
        refused = failure(_BASE, **settings | {"headers": {name: "1"}})
        assert isinstance(refused, hello_llm.UsageError)


def _check_commands(stage: Stage, requests: list[Request]) -> None:
    plain, night, dry, fallback, refused = stage.reader.runs
    assert plain.stdout == night.stdout == fallback.stdout == ANSWERED
    for line in (
        "authorization: [redacted]",
        f"user-agent: hello-llm/{hello_llm.__version__}",
        "x-team: blue",
        "x-queue: batch",
        "x-job: 17",
        "x-gateway-token: [redacted]",
    ):
        assert f"\n{line}\n" in dry.stdout
    assert not [name for name, secret in ENVIRON.items() if secret in dry.stdout]
    assert 'api_key_env = "VARIABLE"' in refused.stderr
    key, of_night = bearer("LLM_KEY"), {"x-queue": "batch", "x-job": "17"}
    anthropic = {"x-api-key": ENVIRON["ANTHROPIC_API_KEY"], "anthropic-version": "2023-06-01"}
    sent = [unusual_headers(request) for request in requests]
    assert sent == [key | _OWN, key | _OWN | of_night, key | _OWN, anthropic]
    hosts = [request.headers["host"] for request in requests]
    assert hosts == [*["gateway.example"] * 3, "api.anthropic.com"]
    agents = {request.headers["user-agent"] for request in requests}
    assert agents == {f"hello-llm/{hello_llm.__version__}"}


def _check_suite(stage: Stage, server: Site) -> None:
    suite = stage.reader.home / "smoke.toml"
    suite.write_text(_SUITE, encoding="utf-8")
    ended = run(stage.reader.home, "check", "--profile", "night", suite, environ=ENVIRON)
    assert ended.code == 0, ended.stdout
    last = server.requests[-1]
    own = _OWN | {"x-team": "checks", "x-queue": "batch"}
    assert unusual_headers(last) == bearer("LLM_KEY") | own
    assert last.headers["user-agent"] == "nightly-checks/2"


def _check_tunnel(stage: Stage, server: Site, settings: dict[str, Any]) -> None:
    with stage.squid(3128) as proxy:
        assert answer(_BASE, proxy="http://proxy.example:3128", **settings) == ANSWER
        (through,) = proxy.wait_for_requests(1)
    assert through.headers.keys() == {"host"}
    assert unusual_headers(server.requests[-1]) == bearer("LLM_KEY") | _OWN


def _check_redirect(server: Site, settings: dict[str, Any]) -> None:
    server.requests.clear()
    elsewhere = ("Location", "https://elsewhere.example/v1/chat/completions")
    server.play(Script(status=307, headers=(elsewhere,), body=b""))
    assert "redirects elsewhere (307)" in failure(_BASE, **settings).message
    assert [request.headers["host"] for request in server.requests] == ["gateway.example"]
