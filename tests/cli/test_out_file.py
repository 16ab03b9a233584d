"""`--out FILE`: the name holds the whole answer, or what it held before."""

import os
import stat
import threading
from pathlib import Path

import pytest

from hello_llm.cli.out_file import writing_to
from hello_llm.contract import OutputError
from hello_llm.rendering.messages import Messages
from tests.cli.program import program, shell
from tests.rendering.screens import Pipes
from tests.servers import Script

ANSWER = b"Hello! You said: hi\n"


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


def cut_off(server, out, *arguments):
    """Ask a server that cuts its answer in the middle."""
    server.play(Script(chunks=("Hello", " there"), end="rst"))
    base = f"{server.url}/v1"
    wire = ("--provider", "litellm", "--model", "openai/tiny", "--api-base", base)
    return program("chat", "hi", "--stream", *wire, "--out", out, *arguments)


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
        f"note: what arrived was dropped; --keep-partial leaves it in {out}.partial\n"
        f"error: 127.0.0.1:{openai_server.port} closed the connection in the middle of a reply\n"
        "hint: what arrived is kept; try again\n"
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
    assert ended.stderr.splitlines()[0] == f"note: what arrived is in {partial}"
    assert (out.read_text(), partial.read_text()) == ("old", "Hello there")
    assert written(out, "--keep-partial") == ANSWER
    assert list(folder.iterdir()) == [out]


def test_where_nothing_arrived_nothing_is_left(openai_server, folder):
    openai_server.play(Script(status=401))
    wire = ("--provider", "litellm", "--model", "openai/tiny", "--api-base")
    flags = ("--out", folder / "answer", "--keep-partial")
    ended = program("chat", "hi", *wire, f"{openai_server.url}/v1", *flags)
    assert (ended.code, list(folder.iterdir())) == (3, [])


def test_a_name_with_no_room_for_more_loses_what_arrived_and_leaves_nothing(openai_server, folder):
    ended = cut_off(openai_server, folder / ("x" * 250), "--keep-partial")
    assert (ended.code, list(folder.iterdir())) == (9, [])


def test_what_is_left_needs_a_file_to_stand_beside():
    ended = program("chat", "hi", "--keep-partial")
    assert (ended.code, ended.stderr) == (
        2,
        "error: --keep-partial belongs to an answer in a file\nhint: add --out FILE\n",
    )


def test_a_cut_off_answer_makes_no_file_and_json_still_tells_what_came(openai_server, folder):
    ended = cut_off(openai_server, folder / "answer", "--output", "json")
    assert (ended.code, ended.document["text"], ended.document["complete"]) == (
        9,
        "Hello there",
        False,
    )
    assert list(folder.iterdir()) == []


def test_a_file_that_cannot_be_written_is_found_before_anything_is_sent(openai_server, folder):
    ended = cut_off(openai_server, folder / "none" / "answer")
    assert (ended.code, openai_server.requests) == (13, [])


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
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
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
