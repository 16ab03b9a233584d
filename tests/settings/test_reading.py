"""Reading the file: what is read, and what is said where it cannot be."""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from hello_llm.contract import UsageError
from hello_llm.files import reading
from hello_llm.settings.reading import read_bytes


def test_a_file_that_is_not_there_is_no_error(tmp_path):
    assert read_bytes(tmp_path / "no" / "config.toml") is None


def test_what_is_below_a_file_is_not_there(tmp_path):
    (tmp_path / "file").touch()

    assert read_bytes(tmp_path / "file" / "config.toml") is None


def refusal(path):
    with pytest.raises(UsageError) as caught:
        read_bytes(path)
    return caught.value.message, caught.value.hint


def test_a_folder_is_refused(tmp_path):
    assert refusal(tmp_path) == (
        f"{tmp_path} is a folder, not a file",
        f"name the file in it: --config {tmp_path}/config.toml",
    )


def test_a_file_that_cannot_be_read_is_refused(tmp_path, monkeypatch):
    def denied(*_arguments):
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "config.toml"
    with monkeypatch.context() as patched:
        patched.setattr(os, "open", denied)
        refused = refusal(path)

    assert refused == (
        f"cannot read {path}: Permission denied",
        "name a file that can be read: --config FILE",
    )


def test_a_link_to_itself_is_refused(tmp_path):
    path = tmp_path / "config.toml"
    path.symlink_to(path)

    assert refusal(path)[0] == f"cannot read {path}: {os.strerror(40)}"


def test_an_endless_file_is_refused():
    assert refusal(Path("/dev/zero")) == (
        "/dev/zero is larger than 256 KiB, too large for a configuration file",
        None,
    )


def test_control_characters_of_a_path_are_shown_as_escapes(tmp_path):
    folder = tmp_path / "\x1b[2J"
    folder.mkdir()

    assert refusal(folder)[0] == rf"{tmp_path}/\x1b[2J is a folder, not a file"


@pytest.fixture
def pipe(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_a_named_pipe_that_nobody_writes_to_is_not_waited_for_long(pipe, monkeypatch):
    monkeypatch.setattr(reading, "_TIMEOUT_S", 0.05)
    assert refusal(pipe)[0] == f"cannot read {pipe}: no data arrived for 0.05 s"


def test_a_named_pipe_is_read_to_its_end(pipe):
    def write():
        with pipe.open("wb", buffering=0) as file:
            file.write(b"version")
            time.sleep(0.05)
            file.write(b" = 1")

    writer = threading.Thread(target=write)
    writer.start()
    assert read_bytes(pipe) == b"version = 1"
    writer.join()


def test_a_writer_that_stops_in_the_middle_is_not_waited_for_long(pipe, monkeypatch):
    monkeypatch.setattr(reading, "_TIMEOUT_S", 0.05)
    monkeypatch.setattr(reading, "_TIMEOUT_WITH_WRITER_S", 0.05)
    with pipe.open("r+b", buffering=0) as writer:
        writer.write(b"version")
        assert refusal(pipe)[0] == f"cannot read {pipe}: no data arrived for 0.05 s"


def test_a_writer_without_end_is_refused(pipe):
    def write():
        with suppress(BrokenPipeError), pipe.open("wb") as file:
            for _ in range(300):
                file.write(b"#" * 1024)

    writer = threading.Thread(target=write)
    writer.start()
    message = f"{pipe} is larger than 256 KiB, too large for a configuration file"
    assert refusal(pipe) == (message, None)
    writer.join()


def test_a_file_of_the_largest_size_is_read(tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes(b"#" * 256 * 1024)
    assert read_bytes(path) == b"#" * 256 * 1024
