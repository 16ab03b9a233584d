"""The table of settings holds together."""

import dataclasses
import string

import pytest

from hello_llm.providers.factory import PROVIDER_NAMES
from hello_llm.settings.fields import FIELDS, Settings

KEYS = [
    "provider", "model", "fallback", "require_model", "api_base", "api_key_env", "headers",
    "headers_env", "proxy", "proxy_auth_env", "ca_file", "client_cert", "client_key", "script",
    "stream", "system", "temperature", "top_p", "max_tokens", "seed", "stop", "connect_timeout",
    "first_token_timeout", "idle_timeout", "timeout", "retries", "max_wait", "max_cost",
    "fail_on_length", "output", "usage", "color", "warm", "lazy_imports", "ledger", "quiet",
    "verbose",
]  # fmt: skip

FILE_ONLY = {
    "headers_env",
    "proxy",
    "proxy_auth_env",
    "ca_file",
    "client_cert",
    "client_key",
    "lazy_imports",
}


def test_the_table_holds_every_setting_in_this_order():
    assert list(FIELDS) == KEYS


def test_every_setting_is_an_attribute_with_the_same_default():
    settings = Settings()

    assert {key: getattr(settings, key) for key in FIELDS} == {
        key: field.default for key, field in FIELDS.items()
    }


def test_the_attributes_without_a_row_are_those_that_no_flag_sets():
    names = {field.name for field in dataclasses.fields(Settings)}

    assert names - set(FIELDS) == {
        "budget",
        "local_models",
        "models",
        "origins",
        "config_file",
        "config_unseen",
        "profile",
    }


def test_the_providers_are_those_of_the_factory():
    assert FIELDS["provider"].kind.allowed == " or ".join(PROVIDER_NAMES)


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_a_row_is_complete(field):
    """The flag is the key, the summary a sentence, and there is a default or an example."""
    usual = "--header" if field.key == "headers" else "--" + field.key.replace("_", "-")
    assert field.flag == (None if field.key in FILE_ONLY else usual)
    assert field.row.summary[0] in string.ascii_uppercase
    assert field.row.summary.endswith(".")
    assert (field.default is None) == (field.row.example is not None)


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_default_and_example_are_allowed(field):
    shown = field.row.example if field.default is None else field.default

    assert field.kind.check(shown) == shown
