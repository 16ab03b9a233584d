"""Row headers: a gateway gets the header that it requires, from wherever it may be set."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from hello_llm import AuthError, LLMProvider, fold, get_provider
from tests.networks.calls import ANSWER, NO_RETRY, answer, ask, failure, findings, write_call
from tests.networks.gateway import NAME, Gateway
from tests.networks.running import Ended, run
from tests.servers import Anthropic, Dialect, Ollama, OpenAI

TOKEN = "blue team"
VARIABLE = {"GATEWAY": TOKEN}
LITERAL = f'headers = {{ {NAME} = "{TOKEN}" }}'
BY_VARIABLE = f'headers_env = {{ {NAME} = "GATEWAY" }}'
DIALECTS: dict[str, tuple[Dialect, str]] = {
    "openai/m": (OpenAI(), "/v1"),
    "anthropic/m": (Anthropic(), ""),
    "ollama/m": (Ollama(), ""),
}
EACH_PROTOCOL = pytest.mark.parametrize("model", DIALECTS)


@contextmanager
def gateway(model: str = "openai/m") -> Iterator[tuple[Gateway, str]]:
    """A gateway to a server for `model`, and its API base."""
    dialect, path = DIALECTS[model]
    with Gateway(dialect, token=TOKEN) as server:
        yield server, f"{server.url}{path}"


def keyed(model: str) -> dict[str, Any]:
    """The settings that `model` needs besides."""
    return {"model": model, "environ": {"KEY": "sk-test", **VARIABLE}, "api_key_env": "KEY"}


@EACH_PROTOCOL
@pytest.mark.parametrize(
    "settings",
    [
        {"headers": {NAME: TOKEN}},
        {"headers_env": {NAME: "GATEWAY"}},
        {"headers": {NAME.lower(): TOKEN, "X-Team": "red"}},
        {"headers": {NAME: "another"}, "headers_env": {NAME: "GATEWAY"}},
    ],
    ids=["literal", "variable", "lower case", "both"],
)
def test_headers_let_a_call_from_python_through(model, settings):
    with gateway(model) as (server, base):
        assert answer(base, **keyed(model), **settings) == ANSWER
        streamed = get_provider("litellm", api_base=base, **keyed(model), **settings)
        assert fold(streamed.stream_chat("hi")).text == ANSWER
    assert [request.headers[NAME.lower()] for request in server.requests] == [TOKEN, TOKEN]
    names = [name.lower() for name in header_names(server.requests[0].head)]
    assert names.count(NAME.lower()) == 1
    for name, value in settings.get("headers", {}).items():
        if name.lower() != NAME.lower():
            assert server.requests[0].headers[name.lower()] == value


def header_names(head: bytes) -> list[str]:
    """The names of the headers in `head`, as they were sent."""
    return [line.partition(b":")[0].decode() for line in head.splitlines() if line]


@EACH_PROTOCOL
def test_headers_without_them_the_gateways_refusal_is_shown(model):
    with gateway(model) as (server, base):
        error = failure(base, **keyed(model))
    assert isinstance(error, AuthError)
    assert f"{NAME} is missing or wrong" in error.message
    assert len(server.requests) == 1


def test_headers_of_the_protocol_can_be_replaced():
    wanted = {"User-Agent": "blue/1", "anthropic-version": "2020-01-01", "X-Empty": ""}
    model = "anthropic/m"
    with gateway(model) as (server, base):
        assert answer(base, headers={NAME: TOKEN, **wanted}, **keyed(model)) == ANSWER
    assert (
        wanted.items()
        <= {name: server.requests[0].headers[name.lower()] for name in wanted}.items()
    )
    names = [name.lower() for name in header_names(server.requests[0].head)]
    assert sorted(set(names)) == sorted(names)


@EACH_PROTOCOL
def test_headers_of_a_profile_let_the_program_and_its_doctor_through(model, home):
    with gateway(model) as (server, base):
        write_call(home, base, BY_VARIABLE, 'api_key_env = "KEY"', model=model)
        environ = {"KEY": "sk-test", **VARIABLE}
        assert_answered(ask(home, "--quiet", *NO_RETRY, environ=environ))
        found = findings(home, environ=environ)
    bad = {name: one for name, one in found.items() if name != "exit_code" and one["code"]}
    assert bad == {}
    assert {request.method for request in server.requests} == {"GET", "POST"}


def assert_answered(ended: Ended) -> None:
    assert (ended.code, ended.stdout, ended.stderr) == (0, f"{ANSWER}\n", "")


@pytest.mark.parametrize(
    ("lines", "flags", "expected"),
    [
        ((), (f"{NAME}:{TOKEN}", "X-Team:  red: 1 "), {NAME: TOKEN, "X-Team": "red: 1"}),
        ((BY_VARIABLE,), ("X-Team: red",), {NAME: TOKEN, "X-Team": "red"}),
        (('headers = { x-gateway-TOKEN = "old" }',), (f"{NAME}: {TOKEN}",), {NAME: TOKEN}),
        (('headers_env = { x-gateway-TOKEN = "OLD" }',), (f"{NAME}: {TOKEN}",), {NAME: TOKEN}),
    ],
    ids=["flags", "added to variable", "over literal", "over variable"],
)
def test_headers_of_flags_join_and_override_those_of_the_profile(lines, flags, expected, home):
    with gateway() as (server, base):
        write_call(home, base, *lines)
        given = [word for flag in flags for word in ("--header", flag)]
        assert_answered(ask(home, "--quiet", *NO_RETRY, *given, environ=VARIABLE))
    sent = server.requests[0].headers
    assert {name: sent[name.lower()] for name in expected} == expected


@pytest.mark.parametrize(
    ("defaults", "own", "flags"),
    [
        (BY_VARIABLE, "", ()),
        ("", LITERAL, ()),
        ('headers = { X-Gateway-Token = "old", X-Team = "red" }', LITERAL, ()),
        ("", "", ("--header", f"{NAME}: {TOKEN}")),
    ],
    ids=["defaults", "check", "over", "flag"],
)
def test_headers_of_a_suite_are_sent(defaults, own, flags, home):
    with gateway() as (server, base):
        suite = home / "suite.toml"
        suite.write_text(
            f'version = 1\n[defaults]\nprovider = "litellm"\nmodel = "openai/m"\n'
            f'api_base = "{base}"\nretries = 0\n{defaults}\n'
            f'[[check]]\nname = "a"\nprompt = "hi"\nexpect = {{ contains = "Hello" }}\n{own}\n'
        )
        ended = run(home, "check", suite, *flags, environ=VARIABLE)
    assert ended.code == 0, ended.stdout + ended.stderr
    sent = server.requests[0].headers
    assert sent[NAME.lower()] == TOKEN
    assert sent.get("x-team") == ("red" if "red" in defaults else None)


def test_headers_of_a_suite_join_those_of_its_profile(home):
    with gateway() as (server, base):
        write_call(home, base, BY_VARIABLE)
        suite = home / "suite.toml"
        suite.write_text(
            'version = 1\n[defaults]\nprofile = "networks"\nheaders = { X-Team = "red" }\n'
            '[[check]]\nname = "a"\nprompt = "hi"\nexpect = { contains = "Hello" }\n'
            'headers = { X-Check = "one" }\n'
        )
        ended = run(home, "check", suite, environ=VARIABLE)
    assert ended.code == 0, ended.stdout + ended.stderr
    sent = server.requests[0].headers
    assert [sent[name] for name in (NAME.lower(), "x-team", "x-check")] == [TOKEN, "red", "one"]


def test_headers_are_shown_by_a_dry_run_but_not_the_values_of_variables(home):
    write_call(home, "http://127.0.0.1:9/v1", 'headers = { X-Team = "red" }', BY_VARIABLE)
    document = json.loads(ask(home, "--dry-run", "--json", environ=VARIABLE).stdout)
    text = ask(home, "--dry-run", environ=VARIABLE).stdout
    shown = document["request"]["headers"]
    assert (shown["x-team"], shown[NAME.lower()]) == ("red", "[redacted]")
    assert "\nx-team: red\n" in text
    assert f"\n{NAME.lower()}: [redacted]\n" in text
    assert document["settings"]["headers"]["value"] == {"X-Team": "red"}
    assert document["settings"]["headers_env"]["value"] == {NAME: "GATEWAY"}
    assert TOKEN not in f"{document}{text}"


def test_headers_can_be_given_to_any_provider_from_python():
    with gateway() as (_, base):
        given: LLMProvider = get_provider(
            "litellm", model="openai/m", api_base=base, headers={NAME: TOKEN}, environ={}
        )
        assert given.chat("hi").text == ANSWER
