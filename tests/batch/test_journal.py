"""The output is made of whole lines, whatever ends the program."""

import errno
import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hello_llm.batch.journal import Journal
from hello_llm.contract import OutputError, UsageError


def line(row_id, **rest):
    return json.dumps({"id": row_id, **rest}).encode() + b"\n"


def ids(journal):
    return [one.document["id"] for one in journal.lines()]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "out.jsonl"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=30), max_size=6), st.binary(max_size=60))
def test_a_torn_last_line_is_dropped_and_no_other(path, row_ids, torn):
    whole = b"".join(map(line, row_ids))
    path.write_bytes(whole + torn.replace(b"\n", b""))
    with Journal(path) as journal:
        assert ids(journal) == row_ids
        journal.append(line("new"))
    assert path.read_bytes() == whole + line("new")


def test_a_torn_line_may_be_long(path):
    path.write_bytes(line(1) + b"x" * 300_000)
    with Journal(path) as journal:
        assert ids(journal) == [1]
    assert path.read_bytes() == line(1)


@pytest.mark.parametrize("writes", [[5, errno.ENOSPC], [errno.ENOSPC], [3, 4, errno.EIO]])
def test_a_line_that_cannot_be_written_leaves_no_trace(path, monkeypatch, writes):
    """The disk takes so many bytes, and then no more."""
    real = os.write

    def write(descriptor, data):
        step = left.pop(0) if left else len(data)
        if step in {errno.ENOSPC, errno.EIO}:
            raise OSError(step, os.strerror(step))
        return real(descriptor, data[:step])

    with Journal(path) as journal:
        journal.append(line(1))
        left = list(writes)
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", write)
            with pytest.raises(OutputError, match=r"cannot write .*out.jsonl"):
                journal.append(line(2))
        assert path.read_bytes() == line(1)
        journal.append(line(3))
    assert path.read_bytes() == line(1) + line(3)


def test_a_line_that_is_written_in_parts_is_whole(path, monkeypatch):
    real = os.write
    with Journal(path) as journal, monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:3]))
        journal.append(line("a"))
    assert path.read_bytes() == line("a")


@pytest.mark.parametrize("foreign", [b"{}\n", b"hello\n", b"[1]\n", b"\0\0\n"])
def test_a_line_of_somebody_else_is_named(path, foreign):
    path.write_bytes(line(1) + foreign + line(2))
    with Journal(path) as journal, pytest.raises(UsageError, match=r"line 2 of .*out.jsonl"):
        list(journal.lines())


def test_a_file_that_is_rewritten_can_be_continued(path):
    def swap(old, new):
        first, second = old.read().splitlines(keepends=True)
        new.write(second + first)

    with Journal(path) as journal:
        journal.append(line(1))
        journal.append(line(2))
        path.chmod(0o640)
        journal.rewrite(swap)
        journal.append(line(3))
        assert ids(journal) == [2, 1, 3]
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_file_that_cannot_be_opened_is_an_error_of_ours(tmp_path):
    with pytest.raises(OutputError, match="Is a directory"):
        Journal(tmp_path)
