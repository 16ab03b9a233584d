"""The process at the other end of a connection is that very one, no later one with its number."""

import os
import socket
import struct
from pathlib import Path

import pytest

from hello_llm.warm import confinement
from hello_llm.warm.confinement import differences, loading, passed_on, process_at, witness

_LAST_PID = Path("/proc/sys/kernel/ns_last_pid")
_NO_SUCH_OPTION = 9999


@pytest.fixture
def pair():
    one, other = socket.socketpair()
    with one, other:
        yield one


def test_a_process_does_not_differ_from_itself(pair):
    assert differences(pair) == []


@pytest.mark.parametrize("option", [confinement._SO_PEERPIDFD, _NO_SUCH_OPTION])
def test_an_older_kernel_names_it_too(pair, monkeypatch, option):
    monkeypatch.setattr(confinement, "_SO_PEERPIDFD", option)
    process = process_at(pair)
    info = Path(f"/proc/self/fdinfo/{process}").read_text()
    os.close(process)
    assert f"\nPid:\t{os.getpid()}\n" in info
    assert differences(pair) == []


@pytest.fixture
def orphaned(tmp_path):
    """A connection of a process that has ended, held open by another; and the number it had."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "s"))
    listener.listen()
    reading, writing = os.pipe()
    client = os.fork()
    if client == 0:
        channel = socket.socket(socket.AF_UNIX)
        channel.connect(str(tmp_path / "s"))
        if os.fork() == 0:
            os.close(writing)
            os.read(reading, 1)
        os._exit(0)
    os.waitpid(client, 0)
    channel, _ = listener.accept()
    with listener, channel:
        yield channel, client
    os.close(writing)
    os.close(reading)


def test_one_that_has_ended_is_not_compared(orphaned):
    channel, _ = orphaned
    with pytest.raises(OSError):
        differences(channel)
    with pytest.raises(OSError):
        witness(channel, 0)


def test_a_later_one_with_its_number_is_not_taken_for_it(orphaned):
    channel, client = orphaned
    if not hasattr(socket, "SO_PEERPIDFD"):
        try:
            channel.getsockopt(socket.SOL_SOCKET, confinement._SO_PEERPIDFD, struct.calcsize("i"))
        except OSError as error:
            if error.errno != 3:  # the process has ended
                pytest.skip("this kernel has no descriptors of peers")
    later = _with_number(client)
    try:
        with pytest.raises(OSError):
            differences(channel)
        with pytest.raises(OSError):
            witness(channel, 0)
    finally:
        os.kill(later, 9)
        os.waitpid(later, 0)


def _with_number(number):
    """Start a process with this `number`, which nobody has any more."""
    for _ in range(100):
        try:
            _LAST_PID.write_text(str(number - 1))
        except OSError:
            pytest.skip("the number of the next process cannot be chosen here")
        pid = os.fork()
        if pid == 0:
            os.execvp("sleep", ["sleep", "100"])
        if pid == number:
            return pid
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    pytest.skip("others start processes all the time")


def test_a_process_without_a_number_here_is_in_another_namespace(pair, monkeypatch):
    monkeypatch.setattr(confinement, "peer", lambda _channel: (0, os.geteuid()))
    assert differences(pair) == ["another PID namespace"]


def test_a_warm_process_is_started_with_what_finds_libraries_but_with_none_before_others():
    environ = {
        "LD_LIBRARY_PATH": "/opt/lib",
        "LD_PRELOAD": "x.so",
        "LD_AUDIT": "y.so",
        "LD_DEBUG": "all",
        "GLIBC_TUNABLES": "a=b",
        "OPENSSL_CONF": "/etc/fips.cnf",
        "HOME": "/",
        "OPENAI_API_KEY": "sk-secret",
    }
    assert passed_on(environ).keys() == {"LD_LIBRARY_PATH", "GLIBC_TUNABLES", "OPENSSL_CONF"}


def test_what_acts_on_a_process_before_python_does_is_told(monkeypatch):
    before = loading()
    monkeypatch.setenv("LD_BIND_NOW", "1")
    monkeypatch.setenv("LDAP", "1")
    assert loading() == before | {"another LD_BIND_NOW": "1"}
