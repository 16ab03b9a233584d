"""`--out FILE`: the name holds the whole answer, or what it held before."""

import os
import resource
import signal
import stat
import time
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from hello_llm.cli.out_file import writing_to
from hello_llm.contract import OutputError
from hello_llm.rendering.messages import Messages
from tests.cli.calls import until
from tests.cli.program import program, shell
from tests.rendering.screens import Pipes
from tests.servers import Script

ANSWER = b"Hello! You said: hi\n"
SETTLE_S = 0.3
"""Until what the server sent is in the file."""


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def folder(tmp_path):
    """The folder of the answer, which holds nothing else afterwards."""
    folder = tmp_path / "answers"
    folder.mkdir()
    return folder


@pytest.fixture
def umask():
    before = os.umask(0o027)
    yield
    os.umask(before)


def written(out, *arguments):
    ended = program("chat", "hi", "--out", out, *arguments)
    assert (ended.code, ended.stdout, ended.stderr) == (0, b"", "")
    return out.read_bytes()


def asking(server):
    base = f"{server.url}/v1"
    return ("--provider", "litellm", "--model", "openai/tiny", "--api-base", base)


def cut_off(server, out, *arguments):
    """Ask a server that cuts its answer in the middle."""
    server.play(Script(chunks=("Hello", " there"), end="rst"))
    return program("chat", "hi", "--stream", *asking(server), "--out", out, *arguments)


def test_a_new_file_holds_the_answer_and_has_the_mode_of_the_umask(folder, umask):
    out = folder / "answer"
    assert written(out) == ANSWER
    assert mode(out) == 0o640
    assert list(folder.iterdir()) == [out]


def test_a_file_that_is_replaced_keeps_its_mode(folder):
    out = folder / "answer"
    out.write_text("a longer answer than the new one")
    out.chmod(0o604)
    assert written(out) == ANSWER
    assert mode(out) == 0o604
    assert list(folder.iterdir()) == [out]


def test_a_link_stays_a_link_and_its_target_is_replaced(folder, tmp_path):
    target = tmp_path / "target"
    target.write_text("old")
    out = folder / "answer"
    out.symlink_to(target)
    assert written(out) == ANSWER
    assert out.is_symlink()
    assert target.read_bytes() == ANSWER


def test_a_link_to_nothing_makes_the_file_it_names(folder, tmp_path):
    out = folder / "answer"
    out.symlink_to(tmp_path / "target")
    assert written(out) == ANSWER
    assert (tmp_path / "target").read_bytes() == ANSWER


def test_a_name_as_long_as_names_can_be_is_no_problem(folder):
    assert written(folder / ("x" * 255)) == ANSWER


def test_a_document_goes_to_the_file_too(folder):
    assert b'"text": "Hello! You said: hi"' in written(folder / "answer", "--json")


def test_a_cut_off_answer_leaves_the_old_file_untouched(openai_server, folder):
    out = folder / "answer"
    out.write_text("old")
    before = out.stat()
    ended = cut_off(openai_server, out)
    assert (ended.code, ended.stdout) == (9, b"")
    assert ended.stderr == (
        f"note: the partial answer was discarded; --keep-partial keeps it in {out}.partial\n"
        f"error: 127.0.0.1:{openai_server.port} closed the connection in the middle of a reply\n"
        "hint: the partial answer is kept; try again\n"
    )
    after = out.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert out.read_text() == "old"
    assert list(folder.iterdir()) == [out]


def test_what_arrived_can_be_left_beside_the_file(openai_server, folder):
    out = folder / "answer"
    out.write_text("old")
    partial = folder / "answer.partial"
    ended = cut_off(openai_server, out, "--keep-partial")
    assert (ended.code, ended.stdout) == (9, b"")
    assert ended.stderr.splitlines()[0] == f"note: the partial answer is in {partial}"
    assert (out.read_text(), partial.read_text()) == ("old", "Hello there")
    assert written(out, "--keep-partial") == ANSWER
    assert list(folder.iterdir()) == [out]


def struck(server, number):
    """Send this process the signal once the server has answered."""

    def strike():
        until(lambda: server.requests)
        time.sleep(SETTLE_S)
        os.kill(os.getpid(), number)

    return Thread(target=strike)


@contextmanager
def disk_of(limit):
    """Let no file of this process get longer than `limit`, as if the disk were full then."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def stalled(server, out, *arguments):
    """Ask a server that stalls in the middle of its answer."""
    server.play(Script(chunks=("Hello", " there"), end="stall"))
    return program("chat", "hi", "--stream", *asking(server), "--out", out, *arguments)


@pytest.mark.in_process
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("keep", [True, False])
def test_a_signal_leaves_the_file_and_what_arrived_if_asked(openai_server, folder, number, keep):
    out = folder / "answer"
    out.write_text("old")
    thread = struck(openai_server, number)
    thread.start()
    ended = stalled(openai_server, out, *["--keep-partial"] * keep)
    thread.join()
    assert ended.code == 128 + number
    left = {path.name: path.read_text() for path in folder.iterdir()}
    assert left == {"answer": "old"} | ({"answer.partial": "Hello there"} if keep else {})


def test_a_deadline_leaves_what_arrived_if_asked(openai_server, folder):
    ended = stalled(openai_server, folder / "answer", "--keep-partial", "--idle-timeout", "0.3")
    assert ended.code == 7
    left = {path.name: path.read_text() for path in folder.iterdir()}
    assert left == {"answer.partial": "Hello there"}


@pytest.mark.parametrize("keep", [True, False])
def test_a_disk_that_gets_full_leaves_the_file_and_what_found_room_if_asked(folder, keep):
    out = folder / "answer"
    with disk_of(1000):
        ended = program("chat", "x" * 2000, "--out", out, *["--keep-partial"] * keep)
    assert (ended.code, ended.stdout) == (13, b"")
    assert ended.stderr.splitlines()[1:] == [
        "error: cannot write the answer: File too large",
        "hint: free some space, or choose another place with --out FILE",
    ]
    left = {path.name: path.stat().st_size for path in folder.iterdir()}
    assert left == ({"answer.partial": 1000} if keep else {})


def test_where_what_arrived_cannot_be_left_that_is_said(openai_server, folder):
    partial = folder / "answer.partial"
    partial.mkdir()
    ended = cut_off(openai_server, folder / "answer", "--keep-partial")
    assert ended.code == 9
    assert ended.stderr.splitlines()[0] == (
        f"warning: the partial answer is lost: cannot write {partial}: Is a directory"
    )
    assert list(folder.rglob("*")) == [partial]


def test_a_complete_answer_leaves_what_was_not_asked_about_alone(folder):
    partial = folder / "answer.partial"
    partial.write_text("of another day")
    assert written(folder / "answer") == ANSWER
    assert partial.read_text() == "of another day"


def test_where_nothing_arrived_nothing_is_left(openai_server, folder):
    openai_server.play(Script(status=401))
    flags = ("--out", folder / "answer", "--keep-partial")
    ended = program("chat", "hi", *asking(openai_server), *flags)
    assert (ended.code, list(folder.iterdir())) == (3, [])


def test_a_name_with_no_room_for_more_loses_what_arrived_and_leaves_nothing(openai_server, folder):
    ended = cut_off(openai_server, folder / ("x" * 250), "--keep-partial")
    assert (ended.code, list(folder.iterdir())) == (9, [])


def test_what_is_left_needs_a_file_to_stand_beside():
    ended = program("chat", "hi", "--keep-partial")
    assert (ended.code, ended.stderr) == (
        2,
        "error: --keep-partial needs --out\nhint: add --out FILE\n",
    )


def test_a_cut_off_answer_makes_no_file_and_json_still_tells_what_came(openai_server, folder):
    ended = cut_off(openai_server, folder / "answer", "--output", "json")
    document = ended.document
    assert (ended.code, document["text"], document["complete"]) == (9, "Hello there", False)
    assert list(folder.iterdir()) == []


def test_a_file_that_cannot_be_written_is_found_before_anything_is_sent(openai_server, folder):
    out = folder / "none" / "answer"
    ended = cut_off(openai_server, out)
    assert (ended.code, openai_server.requests) == (13, [])
    assert ended.stderr == (
        f"error: cannot write {out}: No such file or directory\n"
        "hint: choose another place with --out FILE\n"
    )


@pytest.mark.in_process
def test_a_file_that_is_write_protected_is_not_replaced(monkeypatch, openai_server, folder):
    monkeypatch.setattr(os, "access", lambda _, mode: mode != os.W_OK)  # root may always
    out = folder / "answer"
    out.write_text("old")
    ended = cut_off(openai_server, out)
    assert (ended.code, openai_server.requests) == (13, [])
    assert ended.stderr.splitlines()[0] == f"error: cannot write {out}: Permission denied"
    assert out.read_text() == "old"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has it")
def test_a_device_is_written_to_directly():
    ended = program("chat", "hi", "--out", "/dev/null")
    assert (ended.code, ended.stdout, ended.stderr) == (0, b"", "")
    full = program("chat", "hi", "--out", "/dev/full")
    assert (full.code, full.stdout) == (13, b"")
    assert full.stderr == (
        "error: cannot write the answer: No space left on device\n"
        "hint: free some space, or choose another place with --out FILE\n"
    )
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_the_name_of_standard_output_is_written_to_directly():
    ended = shell('"$@" chat hi --out /dev/stdout | cat')
    assert (ended.code, ended.stdout, ended.stderr) == (0, ANSWER, "")


def test_a_named_pipe_is_written_to_directly(folder):
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    ended = program("chat", "hi", "--out", pipe)
    reader.join()
    assert (ended.code, read) == (0, [ANSWER])
    assert pipe.is_fifo()


def test_a_folder_cannot_be_written_to(folder):
    pipes = Pipes()
    refused = pytest.raises(OutputError, match="Is a directory")
    with refused, writing_to(folder, pipes.terminal, Messages(pipes.terminal)):
        pytest.fail("nothing may be opened")
    assert list(folder.iterdir()) == []
