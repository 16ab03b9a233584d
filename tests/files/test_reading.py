"""Whatever a user names as a file is read to its end, or refused in a while."""

import os
import threading
import time
from pathlib import Path

import pytest

from hello_llm.files import reading
from hello_llm.files.reading import read_file, read_text


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(reading, "_TIMEOUT_S", 0.05)


def refusal(path, largest=1000, read=read_file):
    with pytest.raises(OSError) as caught:
        read(path, largest)
    return caught.value.strerror


def test_a_file_is_read_to_its_end(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"x" * 200_000)
    assert read_file(file) == b"x" * 200_000


def test_a_file_of_the_largest_size_is_read_and_no_larger_one(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"x" * 2048)
    assert len(read_file(file, 2048)) == 2048
    assert refusal(file, 2047) == "it is larger than 1 KiB"


def test_a_sparse_file_of_a_terabyte_is_refused_unread(tmp_path):
    file = tmp_path / "file"
    with file.open("wb") as opened:
        opened.truncate(2**40)
    assert refusal(file, 2**28) == "it is larger than 256 MiB"


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/urandom", "/dev/full"])
def test_a_device_without_end_is_refused(path):
    assert refusal(Path(path), 2**20) == "it is larger than 1 MiB"


def test_what_the_kernel_tells_is_read_though_it_has_no_size():
    assert b"Pid:" in read_file(Path("/proc/self/status"), 10**6)
    assert read_file(Path("/dev/null")) == b""


def test_a_folder_is_none(tmp_path):
    with pytest.raises(IsADirectoryError):
        read_file(tmp_path)


def test_a_pipe_that_nobody_writes_to_is_given_up(tmp_path, impatient):
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe") == "no data arrived for 0.05 s"


def test_a_pipe_whose_writer_takes_its_time_is_waited_for(tmp_path, impatient):
    os.mkfifo(tmp_path / "pipe")
    opened = os.open(tmp_path / "pipe", os.O_RDWR)

    def write():
        time.sleep(0.3)
        os.write(opened, b"late")
        os.close(opened)

    writer = threading.Thread(target=write)
    writer.start()
    assert read_file(tmp_path / "pipe") == b"late"
    writer.join()


def test_a_pipe_without_a_name_is_a_file_too():
    reader, writer = os.pipe()
    os.write(writer, b"text")
    os.close(writer)
    assert read_text(Path(f"/dev/fd/{reader}")) == "text"
    os.close(reader)


def test_text_that_is_no_utf_8_is_refused_with_its_place(tmp_path):
    file = tmp_path / "file"
    file.write_bytes("one\nzwölf ".encode() + b"\xff\n")
    with pytest.raises(ValueError, match=r"^it is not UTF-8 text at line 2, column 7$"):
        read_text(file)
