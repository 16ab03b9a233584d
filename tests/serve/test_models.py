"""Profiles are models: what they are called, what they set, and what a client may change."""

import httpx
import pytest

from tests.cli.program import child
from tests.serve.running import serving
from tests.servers import OpenAI, ScriptedServer

CONFIG = """version = 1
default_profile = "review"

[defaults]
provider = "litellm"
temperature = 0.3

[profiles.review]
model = "openai/gpt-4o-mini"
system = "Name bugs."
max_tokens = 100
stop = ["END"]

[profiles.plain]
model = "openai/x"

[profiles.unnamed]
temperature = 1.0
"""

PRICED = """version = 1
[models."openai/gpt-4o-mini"]
input = 10.0
output = 10.0
"""


@pytest.fixture(scope="module")
def vendor():
    with ScriptedServer(OpenAI()) as server:
        yield server


@pytest.fixture(scope="module")
def front(vendor):
    where = ("--api-base", f"{vendor.url}/v1", "--allow", "openai/gpt-4.1", "--allow", "openai/o*")
    with serving(*where, environ={"OPENAI_API_KEY": "unused"}, config=CONFIG) as running:
        yield running


def sent(front, vendor, messages="hi", **asked):
    if isinstance(messages, str):
        messages = [{"role": "user", "content": messages}]
    front.client().chat.completions.create(**{"model": "review", "messages": messages, **asked})
    return vendor.requests[-1].json()


def test_profiles_and_allowed_models_are_listed(front):
    names = [model.id for model in front.client().models.list()]
    assert names == ["review", "plain", "openai/gpt-4.1"]
    for name in names:
        assert front.client().models.retrieve(name).id == name
    assert "the profile unnamed is not served: it names no model" in front.log


def test_a_profile_sets_what_it_says(front, vendor):
    body = sent(front, vendor)
    assert body["model"] == "gpt-4o-mini"
    assert body["temperature"] == 0.3
    assert body["max_tokens"] == 100
    assert body["stop"] == ["END"]
    assert body["messages"] == [
        {"role": "system", "content": "Name bugs."},
        {"role": "user", "content": "hi"},
    ]


def test_a_client_may_say_otherwise(front, vendor):
    body = sent(front, vendor, temperature=1.5, top_p=0.5, max_tokens=9, seed=3, stop="X")
    assert [body[key] for key in ("temperature", "top_p", "max_tokens", "seed", "stop")] == [
        *(1.5, 0.5, 9, 3),
        ["X"],
    ]


def test_both_instructions_are_followed(front, vendor):
    own = [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "hi"}]
    body = sent(front, vendor, own)
    assert body["messages"][0] == {"role": "system", "content": "Name bugs.\n\nBe brief."}
    assert len(body["messages"]) == 2


def test_an_allowed_model_has_no_profile(front, vendor):
    for name in ("openai/gpt-4.1", "openai/o3-mini"):
        body = sent(front, vendor, model=name)
        assert body["model"] == name.removeprefix("openai/")
        assert [message["role"] for message in body["messages"]] == ["user"]


def test_no_longer_answer_than_the_profile_allows(front):
    asked = {"model": "review", "messages": [{"role": "user", "content": "hi"}]}
    for name in ("max_tokens", "max_completion_tokens"):
        url = f"{front.url}/v1/chat/completions"
        found = httpx.post(url, json={**asked, name: 101})
        assert found.status_code == 400
        assert found.json()["error"]["param"] == "max_tokens"


@pytest.mark.parametrize("name", ["gpt-4o-mini", "openai/gpt-4o-mini", "reviews", "", "x" * 9000])
def test_no_other_model_is_served(front, name):
    asked = {"model": name, "messages": [{"role": "user", "content": "hi"}]}
    found = httpx.post(f"{front.url}/v1/chat/completions", json=asked)
    assert found.status_code == (404 if name else 400)
    assert found.json()["error"]["param"] == "model"


def test_money_that_is_spent_is_a_status_of_its_own(vendor):
    where = ("--model", "openai/gpt-4o-mini", "--api-base", f"{vendor.url}/v1")
    environ = {"OPENAI_API_KEY": "unused"}
    with serving(*where, "--max-cost", "0.0000001", environ=environ, config=PRICED) as running:
        asked = {"model": "openai/gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}
        found = httpx.post(f"{running.url}/v1/chat/completions", json=asked)
    assert found.status_code == 402
    assert found.json()["error"]["code"] == "budget_exceeded"
    assert found.headers["x-should-retry"] == "false"


def test_a_configuration_on_standard_input_is_read_once():
    flags = ("--provider", "litellm", "--port", "0", "--config", "-")
    ended = child("serve", *flags, stdin=b"version = 1\n[profiles.a]\ntemperature = 1.0\n")
    assert (ended.code, "no model to serve" in ended.stderr) == (2, True)


def test_one_profile_can_be_served_alone():
    with serving("--profile", "plain", config=CONFIG) as running:
        assert [model.id for model in running.client().models.list()] == ["plain"]


def test_the_mock_answers_if_there_is_nothing_else():
    with serving() as running:
        assert [model.id for model in running.client().models.list()] == ["mock/echo"]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--provider", "litellm"), "no model to serve"),
        (("--allow", "gpt-4o"), "no vendor prefix"),
        (("--profile", "nobody"), "no profile"),
        (("--port", "x"), "--port"),
        (("--port", "70000"), "--port"),
        (("--max-calls", "0"), "--max-calls"),
        (("--grace", "soon"), "--grace"),
        (("--host", "nowhere.invalid"), "no host"),
        (("--host", "192.0.2.1", "--token-env", "HOME"), "cannot listen"),
        (("--script", "missing.toml"), "missing.toml"),
        (("--system", "x"), "--system"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_served_is_refused_before_it_starts(flags, words):
    ended = (
        child("serve", "--port", "0", *flags) if "--port" not in flags else child("serve", *flags)
    )
    assert ended.code == 2
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_that_is_taken_is_named():
    with serving("--provider", "mock") as running:
        port = running.url.rpartition(":")[2]
        ended = child("serve", "--provider", "mock", "--port", port)
    assert ended.code == 2
    assert f"port {port}" in ended.stderr
