"""The file of a recording: whole lines from many processes, and nothing of others touched."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from hello_llm.contract import OutputError, UsageError
from hello_llm.recording import RecordingFile, read_recording
from tests.architecture.sources import ROOT
from tests.recording.samples import COMPLETE, CUT, FAILED, answering, write

WRITER = """
import sys
from pathlib import Path
from tests.recording.samples import answering, write
for number in range(40):
    write(Path(sys.argv[1]), answering(f"{sys.argv[2]} {number}", "x" * 9000))
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "r.jsonl"


def test_exchanges_are_appended_and_read_in_order(path):
    write(path, COMPLETE, FAILED)
    write(path, CUT)
    assert read_recording(path) == [COMPLETE, FAILED, CUT]


def test_a_new_file_is_for_its_owner_only_and_an_old_one_keeps_its_mode(path):
    write(path, COMPLETE)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    write(path, COMPLETE)
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_line_is_pure_ascii(path):
    assert write(path, answering("hé \x9b", "\u202e")).read_bytes().isascii()


@pytest.mark.parametrize("left", [1, 30, 500])
def test_a_last_line_that_was_torn_is_passed_over_and_mended(path, left):
    write(path, COMPLETE)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:left])
    assert read_recording(path) == [COMPLETE]
    write(path, FAILED)
    assert read_recording(path) == [COMPLETE, FAILED]


def test_a_torn_line_alone_is_mended(path):
    whole = write(path, COMPLETE).read_bytes()
    path.write_bytes(whole[:200_000][:100])
    write(path, FAILED)
    assert read_recording(path) == [FAILED]


def test_a_long_torn_line_is_mended(path):
    write(path, COMPLETE, answering("hi", "x" * 300_000))
    path.write_bytes(path.read_bytes()[:-50])
    write(path, FAILED)
    assert read_recording(path) == [COMPLETE, FAILED]


def test_a_last_line_without_its_end_is_kept(path):
    path.write_bytes(write(path, COMPLETE).read_bytes().rstrip())
    assert read_recording(path) == [COMPLETE]
    write(path, FAILED)
    assert read_recording(path) == [COMPLETE, FAILED]


def test_several_processes_append_whole_lines(path):
    def run(name):
        command = [sys.executable, "-c", WRITER, path, name]
        subprocess.run(command, check=True, cwd=ROOT)

    with ThreadPoolExecutor() as pool:
        list(pool.map(run, "abc"))
    asked = [exchange.request.messages[0].content for exchange in read_recording(path)]
    assert sorted(asked) == sorted(f"{name} {number}" for name in "abc" for number in range(40))
    for name in "abc":
        assert [each for each in asked if each[0] == name] == [f"{name} {n}" for n in range(40)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"notes\n", "PATH:1: this line is not JSON"),
        (b"notes", "PATH:1: this line is not JSON"),
        (b'{"a": 1}\n', "PATH:1: this is no hello-llm.exchange/1"),
        (b"[1]\n", "PATH:1: this is no hello-llm.exchange/1"),
        (
            b'{"schema": "hello-llm.exchange/2"}\n',
            "PATH:1: this is hello-llm.exchange/2, and hello-llm.exchange/1 is known here",
        ),
    ],
)
def test_a_file_of_something_else_is_refused_and_left_alone(path, content, message):
    path.write_bytes(content)
    with pytest.raises(UsageError) as refused:
        RecordingFile(path)
    assert refused.value.message.replace(str(path), "PATH") == message
    assert path.read_bytes() == content


def test_a_line_that_is_no_exchange_is_named(path):
    lines = write(path, COMPLETE).read_bytes()
    for line in (b"torn\n", b"\n", b'{"schema": "hello-llm.exchange/1"}\n'):
        path.write_bytes(lines + line + lines)
        with pytest.raises(UsageError, match=r"r\.jsonl:2: this "):
            read_recording(path)


def test_an_empty_or_missing_recording_is_refused(path):
    with pytest.raises(UsageError, match="cannot read the recording"):
        read_recording(path)
    path.touch()
    with pytest.raises(UsageError, match="contains no exchange"):
        read_recording(path)


@pytest.mark.parametrize("place", ["none/r.jsonl", "", "/dev/null"])
def test_a_place_that_holds_no_file_is_an_output_error(tmp_path, place):
    with pytest.raises(OutputError, match="cannot record to"):
        RecordingFile(tmp_path / place)


def test_a_disk_that_is_full_leaves_the_file_as_it_was(path, monkeypatch):
    write(path, COMPLETE)
    before, written = path.read_bytes(), os.write

    def short(number, data):
        if len(data) < len(before):
            raise OSError(28, "No space left on device")
        return written(number, data[:50])

    with RecordingFile(path) as file:
        monkeypatch.setattr(os, "write", short)
        with pytest.raises(OutputError, match="No space left on device"):
            file.add(COMPLETE)
    assert path.read_bytes() == before
    assert json.loads(before)
