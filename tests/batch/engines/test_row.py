"""A call survives the way to another machine and back, and no secret is on it."""

import json
from dataclasses import fields, replace
from decimal import Decimal
from types import MappingProxyType

import pytest

from hello_llm.batch.engines.row import (
    CallRow,
    answer_from_json,
    answer_to_json,
    check_portable,
)
from hello_llm.calls.opening import OF_THE_PROVIDER, certificates
from hello_llm.contract import (
    BrokenReplyError,
    ChatRequest,
    HelloLLMError,
    RequestError,
    UnreachableError,
    UsageError,
)
from hello_llm.contract.model_facts import ModelFacts
from hello_llm.settings.fields import Settings
from tests.recording.samples import PARTIAL, REPLY, REQUEST

SETTINGS = Settings(
    provider="litellm",
    model="openai/tiny",
    api_base="http://127.0.0.1:9/v1",
    api_key_env="MY_KEY",
    headers=MappingProxyType({"X-Team": "blue"}),
    headers_env={"X-Token": "MY_TOKEN"},
    proxy=False,
    proxy_auth_env="MY_LOGIN",
    connect_timeout=1.5,
    first_token_timeout=2.5,
    idle_timeout=3.5,
    timeout=4.5,
)
ERRORS = [
    UnreachableError("closed", transient=True, unsent=True),
    RequestError("no streams", "leave out --stream", status=400, refuses_stream=True),
    BrokenReplyError("cut \ud83d", partial=PARTIAL, retry_after_s=1.5),
]


def sent(document):
    """Return `document` after a journey as JSON."""
    return json.loads(json.dumps(document))


def told(error):
    """Return everything that an error says."""
    names = "message hint partial status transient retry_after_s refuses_stream unsent".split()
    return type(error), [getattr(error, name) for name in names]


def test_a_row_arrives_as_it_was_sent():
    row = CallRow(SETTINGS, REQUEST, stream=True).to_json()
    assert row == sent(row)
    arrived = CallRow.from_json(row)
    assert (arrived.request, arrived.stream) == (REQUEST, True)
    for name in (*OF_THE_PROVIDER, "first_token_timeout", "idle_timeout", "timeout"):
        assert getattr(arrived.settings, name) == getattr(SETTINGS, name)


def test_every_setting_of_the_provider_is_sent():
    row = CallRow(SETTINGS, REQUEST, stream=False).to_json()
    assert {*OF_THE_PROVIDER} - {*row["settings"]} == {"script"}
    assert {*row["settings"]} <= {field.name for field in fields(Settings)}


def test_prices_of_the_configuration_are_sent():
    facts = ModelFacts(input=Decimal("0.15"), output=Decimal("0.60"))
    settings = replace(SETTINGS, models={"openai/tiny": facts, "openai/other": facts})
    arrived = CallRow.from_json(CallRow(settings, REQUEST, stream=False).to_json())
    assert arrived.settings.models == {"openai/tiny": facts}


def test_no_secret_is_sent(monkeypatch):
    for name in ("MY_KEY", "MY_TOKEN", "MY_LOGIN", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "squeamish-ossifrage")
    row = CallRow(SETTINGS, REQUEST, stream=False).to_json()
    assert "squeamish" not in json.dumps(row)


def test_certificates_are_named_by_absolute_paths(tmp_path):
    (tmp_path / "ca.pem").touch()
    settings = replace(SETTINGS, ca_file="ca.pem", config_file=tmp_path / "config.toml")
    arrived = CallRow.from_json(CallRow(settings, REQUEST, stream=False).to_json())
    assert certificates(arrived.settings).ca_file == tmp_path / "ca.pem"


def test_rows_of_another_version_are_refused():
    row = CallRow(SETTINGS, REQUEST, stream=False).to_json() | {"version": "9.9"}
    with pytest.raises(UsageError, match=r"^hello-llm is 9\.9 here and .* are made$"):
        CallRow.from_json(row)


def test_a_reply_comes_back_as_it_was():
    document = answer_to_json(REPLY)
    assert document == sent(document)
    assert answer_from_json(document) == REPLY


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_comes_back_as_it_was(error):
    document = answer_to_json(error)
    assert document == sent(document)
    arrived = answer_from_json(document)
    assert isinstance(arrived, HelloLLMError)
    assert told(arrived) == told(error)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (Settings(provider="litellm", model="local/smollm2"), "local/smollm2 runs on this machine"),
        (Settings(script="a.toml"), "a script is played on this machine"),
    ],
)
def test_what_only_this_machine_has_cannot_be_asked_from_another(settings, named):
    with pytest.raises(UsageError, match=named):
        check_portable(settings, "ray")


def test_the_mock_can_be_asked_from_another_machine():
    check_portable(Settings(), "ray")
    arrived = CallRow.from_json(
        CallRow(Settings(), ChatRequest.from_prompt("hi"), stream=False).to_json()
    )
    assert arrived.settings.provider == "mock"
