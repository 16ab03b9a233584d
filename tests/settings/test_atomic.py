"""A file holds either its old text or its new one, whatever goes wrong."""

import errno
import os
import resource
import stat
from pathlib import Path

import pytest

from hello_llm.contract import OutputError
from hello_llm.settings.atomic import write_atomically


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_new_file_and_its_folders_are_for_their_owner_only(tmp_path):
    path = tmp_path / "a" / "b" / "c.toml"

    write_atomically(path, b"new")

    assert path.read_bytes() == b"new"
    assert [mode(path), mode(path.parent), mode(path.parent.parent)] == [0o600, 0o700, 0o700]


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path):
    path = tmp_path / "c.toml"
    path.touch(0o644)

    write_atomically(path, b"new")

    assert (path.read_bytes(), mode(path)) == (b"new", 0o600)


def test_a_link_stays_a_link_and_its_target_is_replaced(tmp_path):
    target = tmp_path / "dotfiles" / "c.toml"
    target.parent.mkdir()
    target.write_bytes(b"old")
    link = tmp_path / "c.toml"
    link.symlink_to("dotfiles/c.toml")

    write_atomically(link, b"new")

    assert (link.readlink(), target.read_bytes()) == (Path("dotfiles/c.toml"), b"new")
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch, step):
    path = tmp_path / "c.toml"
    path.write_bytes(b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, step, full)
        with pytest.raises(OutputError) as caught:
            write_atomically(path, b"new")

    assert (caught.value.message, caught.value.hint) == (
        f"cannot write {path}: No space left on device",
        "name a file in a folder that can be written: --config FILE",
    )
    assert (list(tmp_path.iterdir()), path.read_bytes()) == ([path], b"old")


def test_a_disk_that_is_full_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "c.toml"
    path.write_bytes(b"old")

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2, before[1]))
    try:
        with pytest.raises(OutputError) as caught:
            write_atomically(path, b"new")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert caught.value.message == f"cannot write {path}: {os.strerror(errno.EFBIG)}"
    assert (list(tmp_path.iterdir()), path.read_bytes()) == ([path], b"old")


def test_an_interruption_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "c.toml"
    path.write_bytes(b"old")

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            write_atomically(path, b"new")

    assert (list(tmp_path.iterdir()), path.read_bytes()) == ([path], b"old")


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "c.toml"

    with pytest.raises(OutputError) as caught:
        write_atomically(path, b"new")

    assert caught.value.message == f"cannot write {path}: {os.strerror(20)}"


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_no_regular_file_is_left_alone(tmp_path, kind):
    path = tmp_path / "c.toml"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    before = path.lstat().st_mode

    with pytest.raises(OutputError) as caught:
        write_atomically(path, b"new")

    assert caught.value.message == f"cannot write {path}: it is not a regular file"
    assert path.lstat().st_mode == before
