"""Where the configuration file is looked for."""

import pwd
from pathlib import Path

import pytest

from hello_llm.contract import UsageError
from hello_llm.settings.paths import chosen_config_file, default_config_file
from hello_llm.settings.resolve import resolve


def test_the_file_is_in_the_users_folder_for_configuration(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    assert chosen_config_file(None) == tmp_path / "hello-llm" / "config.toml"


def test_a_file_that_is_named_is_the_one(tmp_path):
    assert chosen_config_file(Path("c.toml")) == Path("c.toml")


def test_without_a_home_folder_there_is_no_place_for_it_and_all_is_built_in(monkeypatch):
    """HOME is not set, and the user is not in the user database, as in some containers."""

    def unknown(_user):
        raise KeyError

    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", unknown)

    assert default_config_file() is None
    assert resolve({}).config_file is None
    with pytest.raises(UsageError) as caught:
        chosen_config_file(None)
    assert (caught.value.message, caught.value.hint) == (
        "there is no home folder to keep a configuration in",
        "name a file: --config FILE",
    )
