"""The folder to meet in is the user's own, and so are both who meet there."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import hello_llm
from hello_llm.warm import place
from hello_llm.warm.place import NoPlaceError, folder_path, make_folder, open_folder, socket_name
from tests.cli.program import child
from tests.warm.bare import bare_holder

NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two users")


@pytest.fixture
def folder(runtime):
    """Where they would meet."""
    return runtime / "hello-llm"


def stays_cold(why):
    """Make sure that a call is made all the same, and that only --verbose says why it is cold."""
    called = child("chat", "hi")
    assert (called.text, called.code, called.stderr) == ("Hello! You said: hi\n", 0, "")
    notes = child("chat", "hi", "--verbose").stderr.splitlines()
    (note,) = [note for note in notes if "warm" in note]
    assert re.fullmatch(f"note: warm: no, {why}", note)


def test_it_lies_below_the_runtime_folder_of_the_session(runtime, folder):
    assert folder_path() == str(folder)


@pytest.mark.parametrize("value", ["", "not/absolute"])
def test_without_one_it_lies_in_tmp_and_is_named_for_the_user(monkeypatch, value):
    monkeypatch.setenv("XDG_RUNTIME_DIR", value)
    assert folder_path() == f"/tmp/hello-llm-{os.geteuid()}"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_it_is_made_for_its_user_alone(folder, umask):
    before = os.umask(umask)
    make_folder()
    os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    os.close(open_folder())


def test_the_warm_process_makes_it_so(folder):
    before = os.umask(0)
    with bare_holder():
        os.umask(before)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o750, 0o770, 0o705, 0o701, 0o720])
def test_one_that_others_may_enter_is_refused(folder, mode):
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(NoPlaceError) as refusal:
        open_folder()
    assert str(refusal.value) == f"{folder} has mode {mode:04o}, not 0700"
    assert refusal.value.hint == f"chmod 700 {folder}"


@as_root
def test_one_of_another_user_is_refused(folder):
    folder.mkdir(mode=0o700)
    os.chown(folder, NOBODY, NOBODY)
    with pytest.raises(NoPlaceError) as refusal:
        open_folder()
    assert str(refusal.value) == f"{folder} belongs to nobody (user 65534)"
    assert refusal.value.hint == f"mv {folder} {folder}.old"


def test_one_behind_a_link_is_refused(folder, tmp_path):
    tmp_path.chmod(0o700)
    folder.symlink_to(tmp_path)
    with pytest.raises(NoPlaceError, match=r"^/.*/hello-llm is a symbolic link$"):
        open_folder()


def test_one_that_is_a_file_is_refused(folder):
    folder.touch()
    with pytest.raises(NoPlaceError, match=r"^/.*/hello-llm is not a folder$"):
        open_folder()


def test_a_folder_that_others_may_enter_makes_calls_cold(folder):
    with bare_holder():
        folder.chmod(0o755)
        stays_cold(f"{folder} has mode 0755, not 0700")


@as_root
def test_a_folder_of_another_user_makes_calls_cold(folder):
    with bare_holder():
        os.chown(folder, NOBODY, -1)
        stays_cold(re.escape(f"{folder} belongs to nobody (user 65534)"))


def test_a_folder_behind_a_link_makes_calls_cold(monkeypatch, runtime, folder, tmp_path):
    with bare_holder():
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        (tmp_path / "hello-llm").symlink_to(folder)
        stays_cold(f"{tmp_path}/hello-llm is a symbolic link")


def test_the_name_of_the_socket_says_for_which_version_and_interpreter(monkeypatch):
    version, which = socket_name().removesuffix(".sock").rsplit("-", 1)
    assert version == hello_llm.__version__
    assert len(which) == 8
    names = {socket_name()}
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", "/usr/bin/python3")
        names.add(socket_name())
    with monkeypatch.context() as patched:
        patched.setattr(sys, "version", "3.99")
        names.add(socket_name())
    with monkeypatch.context() as patched:
        patched.setattr(hello_llm, "__version__", "9.9")
        names.add(socket_name())
    assert len(names) == 4


def test_a_path_longer_than_any_address_of_a_socket_will_do(monkeypatch, runtime):
    deep = runtime / ("x" * 100) / ("y" * 100)
    deep.mkdir(parents=True)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    with bare_holder() as holder:
        assert child("chat", "hi").text == f"chat hi by {holder.pid}\n"


# Root binds the socket where only root may, and somebody else listens at it.
_ANOTHER_USER = """
import os, socket, sys
listener = socket.socket(socket.AF_UNIX)
os.chdir(sys.argv[1])
listener.bind(sys.argv[2])
os.chmod(sys.argv[2], 0o777)
os.setuid(65534)
listener.listen()
print("ready", flush=True)
os.read(0, 1)
listener.settimeout(5)
heard = 0
while True:
    channel, _ = listener.accept()
    heard = len(channel.recv(100))
    print(heard, flush=True)
"""


@as_root
def test_a_socket_that_another_user_serves_is_refused_by_the_client(folder):
    folder.mkdir(mode=0o700)
    with subprocess.Popen(
        [sys.executable, "-c", _ANOTHER_USER, folder, socket_name()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        stays_cold("the one that answers belongs to another user")
        other.stdin.write("\n")
        other.stdin.flush()
        told = [other.stdout.readline() for _ in range(2)]
        assert told == ["0\n", "0\n"]
        for command in ("status", "stop"):
            refused = child("warm", command)
            assert (refused.code, refused.text) == (2, "")
            assert "the one that answers belongs to another user" in refused.stderr
        assert other.poll() is None
        other.send_signal(signal.SIGKILL)


def test_a_client_of_another_user_is_refused_by_the_warm_process():
    with bare_holder("holder.peer = lambda channel: (1, os.geteuid() + 1)"):
        stays_cold("(it ended just now|it does not answer .*)")


@as_root
def test_another_user_cannot_even_enter(folder):
    with bare_holder():
        pid = os.fork()
        if pid == 0:
            os.setuid(NOBODY)
            try:
                socket.socket(socket.AF_UNIX).connect(str(folder / socket_name()))
            except PermissionError:
                os._exit(0)
            os._exit(1)
        assert os.waitpid(pid, 0)[1] == 0


def test_a_message_that_is_none_ends_a_fork_only(folder):
    with bare_holder() as holder:
        for said in (b"", b"\0", b"\0\0\0\5hello", b"\xff\xff\xff\xff", b"\0\0\0\1\0"):
            directory = os.open(folder, os.O_RDONLY)
            with socket.socket(socket.AF_UNIX) as channel:
                channel.connect(place.address(directory, socket_name()))
                channel.sendall(said)
            os.close(directory)
        assert child("chat", "hi").text == f"chat hi by {holder.pid}\n"


def test_the_folder_is_gone_again_with_the_process(folder):
    with bare_holder() as holder:
        holder.terminate()
        assert holder.wait() == 0
    assert not Path(folder).exists()
