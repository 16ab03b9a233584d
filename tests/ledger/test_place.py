"""The ledger's file and folder are the user's own, and nobody else can write to them."""

import os
import stat

import pytest

from hello_llm.ledger.call import PlannedCall
from hello_llm.ledger.errors import LedgerError
from hello_llm.ledger.ledger import Ledger
from hello_llm.ledger.spending import reading

CALL = PlannedCall("chat", "openai/x", 1)


def refusal(path) -> tuple[str, str | None]:
    """Return why nothing can be reserved in the ledger at `path`, and the hint."""
    with Ledger(path) as ledger, pytest.raises(LedgerError) as refused:
        ledger.reserve(CALL)
    return refused.value.message, refused.value.hint


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
def test_only_the_user_may_look_at_it_whatever_the_umask(tmp_path, umask):
    path = tmp_path / "hello-llm" / "ledger.sqlite3"
    before = os.umask(umask)
    try:
        with Ledger(path) as ledger:
            ledger.reserve(CALL)
            modes = {one.name: mode(one) for one in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == {f"ledger.sqlite3{end}": 0o600 for end in ("", "-wal", "-shm")}
    assert mode(path.parent) == 0o700


@pytest.mark.parametrize("writable_by", [0o020, 0o002])
def test_a_folder_that_others_may_write_to_is_refused(path, writable_by):
    path.parent.mkdir(parents=True)
    path.parent.chmod(0o700 | writable_by)

    folder = path.parent
    reason = f"cannot use the ledger {path}: other users may write to its folder {folder}"
    assert refusal(path) == (reason, f"chmod go-w {folder}")
    assert list(folder.iterdir()) == []


def test_a_file_that_others_may_write_to_is_refused(ledger, path):
    ledger.reserve(CALL)
    path.chmod(0o620)

    reason = f"cannot use the ledger {path}: other users may write to it"
    assert refusal(path) == (reason, f"chmod go-w {path}")
    with pytest.raises(LedgerError), reading(path):
        pass


def test_a_file_of_another_user_is_refused(ledger, path, monkeypatch):
    ledger.reserve(CALL)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

    reason = f"cannot use the ledger {path}: its folder {path.parent} belongs to another user"
    assert refusal(path) == (reason, f"ls -ld {path.parent}")


@pytest.mark.parametrize("make", ["link", "folder", "pipe"])
def test_what_is_no_regular_file_is_refused(path, tmp_path, make):
    path.parent.mkdir(parents=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch()
    {
        "link": lambda: path.symlink_to(elsewhere),
        "folder": path.mkdir,
        "pipe": lambda: os.mkfifo(path),
    }[make]()

    assert refusal(path)[0] == f"cannot use the ledger {path}: it is not a regular file"
    assert elsewhere.read_bytes() == b""


def test_a_folder_that_cannot_be_made_is_explained(tmp_path):
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "hello-llm" / "ledger.sqlite3"

    reason, hint = refusal(path)
    assert reason == f"cannot use the ledger {path}: File exists"
    assert hint is not None
    assert "--no-ledger" in hint


def test_odd_characters_in_the_path_are_just_characters(tmp_path):
    path = tmp_path / "a?mode=memory#b%20c é" / "ledger.sqlite3"
    with Ledger(path) as ledger:
        ledger.reserve(CALL)
        assert path.stat().st_size > 0
    with reading(path) as reader:
        assert len(reader.reservations()) == 1
