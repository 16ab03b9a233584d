"""What LiteLLM sees of the environment."""

import os

from hello_llm.machine.environment import drop_decisive, import_environment, neutralise
from hello_llm.providers.litellm.loader import load

SETTINGS = {
    "AWS_EC2_METADATA_DISABLED": "true",
    "LITELLM_DISABLE_REDACT_SECRETS": "true",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_MODE": "PRODUCTION",
}


def test_the_import_sees_none_of_its_settings_but_ours():
    environ = {"PATH": "/bin", "OPENAI_API_KEY": "k", "LITELLM_LOG": "DEBUG", "MY_APP": "1"}
    with import_environment(environ):
        assert environ == {
            "PATH": "/bin",
            **SETTINGS,
        }
    assert environ == {
        "PATH": "/bin",
        "OPENAI_API_KEY": "k",
        "MY_APP": "1",
        **SETTINGS,
    }


def test_keys_stay_and_what_decides_goes():
    environ = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "u", "https_proxy": "p", "HOME": "/"}
    assert sorted(drop_decisive(environ)) == ["OPENAI_BASE_URL", "https_proxy"]
    assert environ == {"OPENAI_API_KEY": "k", "HOME": "/"}


def test_our_own_settings_replace_the_users():
    environ = {"LITELLM_MODE": "DEV", "LITELLM_LOG": "DEBUG"}
    neutralise(environ)
    assert environ == SETTINGS


def test_a_fork_that_got_another_environment_settles_it_once(litellm, monkeypatch):
    monkeypatch.setattr(os, "getpid", lambda: -1)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("LITELLM_MODE", "DEV")
    monkeypatch.delenv("LITELLM_LOCAL_MODEL_COST_MAP")
    assert load() is litellm
    assert "OPENAI_BASE_URL" not in os.environ
    assert os.environ["LITELLM_MODE"] == "PRODUCTION"
    assert os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] == "True"
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1")
    assert load() is litellm
    assert "OPENAI_BASE_URL" in os.environ
