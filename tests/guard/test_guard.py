"""The guard refuses the network, here and in children, and gives every test an empty home."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

CHILD = """
import socket
try:
    socket.create_connection(("192.0.2.1", 80), timeout=1)
except OSError as error:
    print(error.strerror)
"""

OFFENDER = """
import socket

def test_offender():
    try:
        socket.gethostbyname("example.org")
    except OSError:
        pass
"""


def forgive(refusals: Path) -> str:
    """Return what was refused, and keep it from failing the test."""
    refused = refusals.read_text(encoding="utf-8")
    refusals.write_text("", encoding="utf-8")
    return refused


def test_a_connection_beyond_loopback_is_refused_and_logged(refusals):
    with socket.socket() as sock, pytest.raises(OSError, match="Network is unreachable"):
        sock.connect(("192.0.2.1", 80))
    assert forgive(refusals) == "socket.connect ('192.0.2.1', 80)\n"


def test_a_datagram_beyond_loopback_is_refused_and_logged(refusals):
    with (
        socket.socket(type=socket.SOCK_DGRAM) as sock,
        pytest.raises(OSError, match="Network is unreachable"),
    ):
        sock.sendto(b"", ("192.0.2.1", 53))
    assert forgive(refusals) == "socket.sendto ('192.0.2.1', 53)\n"


@pytest.mark.parametrize("name", ["example.org", "127.example.org"])
def test_a_lookup_of_a_name_elsewhere_is_refused_and_logged(refusals, name):
    with pytest.raises(socket.gaierror, match="Name or service not known"):
        socket.getaddrinfo(name, 80)
    assert forgive(refusals) == f"socket.getaddrinfo {name}\n"


def test_a_name_in_invalid_fails_like_any_unknown_name_and_is_no_offence(refusals):
    with pytest.raises(socket.gaierror, match="Name or service not known"):
        socket.getaddrinfo("server.invalid", 80)
    assert forgive(refusals) == ""


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_open(openai_server, host):
    with socket.create_connection((host, openai_server.port), timeout=5) as sock:
        assert sock.getpeername() == ("127.0.0.1", openai_server.port)


def test_unix_sockets_are_open(tmp_path):
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        server.listen()
        client.connect(path)
        assert client.getpeername() == path


def test_a_child_process_is_guarded_too(refusals):
    child = subprocess.run(
        [sys.executable, "-c", CHILD], capture_output=True, text=True, check=True
    )
    assert child.stdout == "Network is unreachable\n"
    assert forgive(refusals) == "socket.connect ('192.0.2.1', 80)\n"


def test_an_offence_fails_the_test_even_if_the_code_swallows_it(tmp_path, pytestconfig):
    (tmp_path / "test_offender.py").write_text(OFFENDER, encoding="utf-8")
    root = str(pytestconfig.rootpath)
    inner = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "--rootdir", tmp_path, "."],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([os.environ["PYTHONPATH"], root])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert inner.stderr == ""
    assert "this test reached beyond loopback:\nsocket.gethostbyname example.org" in inner.stdout
    assert inner.returncode == 1


def test_the_home_and_the_working_folder_are_empty_and_apart(home):
    assert Path.home() == home
    assert list(Path.cwd().iterdir()) == []
    assert not Path.cwd().is_relative_to(home)
    assert Path(os.environ["XDG_CONFIG_HOME"]).is_relative_to(home)


def test_no_key_and_no_terminal_setting_of_the_caller_is_left():
    left = {"NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "OPENAI_API_KEY", "HTTPS_PROXY"}
    assert left & os.environ.keys() == set()
