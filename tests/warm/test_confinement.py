"""No call leaves what confines its caller: unless the warm process is in it too, it is cold."""

import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from hello_llm.warm.confinement import HIDDEN
from hello_llm.warm.place import socket_name
from tests.cli.calls import asking, until
from tests.cli.program import child
from tests.warm import inside, lie, speak
from tests.warm.bare import bare_holder, kill_confined
from tests.warm.comparing import calls_of
from tests.warm.confinements import (
    ALIKE,
    EVERY,
    HARMLESS,
    NAMESPACES,
    RIGHTS,
    control_group,
    in_another_root,
    with_private_files,
)
from tests.warm.processes import children
from tests.warm.running import COMMAND

ROOT = Path(__file__).parents[2]
CHAT = (*COMMAND, "chat", "hi", "--verbose")
HELLO = "Hello! You said: hi\n"
LIE = (sys.executable, lie.__file__)


def each(confinements):
    return pytest.mark.parametrize("confinement", confinements.values(), ids=confinements)


def outcome(*words, **environ):
    """Run a command; return its standard output, and the note on why the call was cold."""
    ended = subprocess.run(
        words,
        env=os.environ | environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    notes = [line for line in ended.stderr.splitlines() if line.startswith("note: warm: ")]
    return ended.stdout, "".join(notes).removeprefix("note: warm: ")


@pytest.fixture
def confined(confinement, monkeypatch):
    """The words that confine a command in the way that is asked for."""
    grouped = control_group() if "cgroup" in confinement.words else nullcontext("")
    with grouped as folder:
        monkeypatch.setenv("CONTROL_GROUP", folder)
        confinement.must_be_possible()
        yield confinement.words


@each(EVERY)
def test_a_call_that_is_confined_is_cold_and_says_how(warm, confinement, confined):
    before = calls_of(warm)
    said, note = outcome(*confined, *CHAT)
    assert said == HELLO
    assert note.startswith("no, it has ")
    assert confinement.differs in note
    assert calls_of(warm) == before


@pytest.mark.parametrize("words", HARMLESS.values(), ids=HARMLESS)
def test_a_call_that_is_not_confined_is_warm(warm, words):
    environ = [f"{name}={os.environ[name]}" for name in ("XDG_RUNTIME_DIR", "PYTHONPATH")]
    said, note = outcome(*words, *environ, *CHAT) if "-i" in words else outcome(*words, *CHAT)
    assert (said, note) == (HELLO, f"a fork of process {warm.pid}")


def test_a_call_in_another_root_folder_is_cold_though_it_sees_the_same_files(warm, tmp_path):
    words = in_another_root(tmp_path)
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    said, note = outcome(*words, *CHAT)
    assert said == HELLO
    assert "another root folder" in note


def test_what_is_written_in_a_private_file_system_stays_in_it(warm, tmp_path, monkeypatch):
    monkeypatch.setenv("PRIVATE", str(tmp_path))
    words = with_private_files()
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    look = f'"$@" --out "{tmp_path}/answer" && cat "{tmp_path}/answer"'
    said, note = outcome(*words, "sh", "-c", look, "sh", *CHAT)
    assert said == HELLO
    assert "another mount namespace" in note
    assert list(tmp_path.iterdir()) == []


def test_a_call_in_a_network_without_a_route_reaches_no_server(warm, openai_server):
    if subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network namespace can be made here")
    asked = asking(f"{openai_server.url}/v1", "--retries", "0")
    ended = subprocess.run(
        ["unshare", "--net", *COMMAND, *asked], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (6, "")
    assert openai_server.requests == []


@each(NAMESPACES | RIGHTS)
@pytest.mark.parametrize("witness", ["/dev/null", "/proc/self/fd/0"])
def test_a_client_that_compares_nothing_is_left_to_itself(warm, confined, witness):
    before = calls_of(warm)
    said, note = outcome(*confined, *LIE, witness, *CHAT[len(COMMAND) :])
    assert said == HELLO
    assert note.startswith("no, it ")
    assert calls_of(warm) == before


@pytest.mark.parametrize("witness", ["/dev/null", "/proc/self/fd/0"])
def test_a_witness_that_is_another_file_is_none(warm, witness):
    assert outcome(*LIE, witness, *CHAT[len(COMMAND) :]) == (HELLO, f"no, it has {HIDDEN}")


def test_the_true_witness_is_one(warm):
    said, note = outcome(*LIE, "TRUE", *CHAT[len(COMMAND) :])
    assert (said, note) == (HELLO, f"a fork of process {warm.pid}")


_ANNOUNCED = "\0\0\0\4"
"""How long the number is that the warm process asks to be told."""


def test_what_a_confined_client_says_is_not_even_read(warm):
    folder = warm.runtime / "hello-llm"
    speaking = (sys.executable, speak.__file__, str(folder), socket_name())
    until(lambda: children(warm.pid) == [])
    assert outcome(*speaking) == (f"{_ANNOUNCED}Dit has {HIDDEN}", "")
    if subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network namespace can be made here")
    said, _ = outcome("unshare", "--net", *speaking)
    assert said == f"{_ANNOUNCED}Dit has another network namespace"


# A warm process that takes whatever comes, and tells what it was sent.
_GREEDY = """
from hello_llm.warm import adoption
fork._admit = lambda *_: None
fork.read = lambda data: print("read", len(data), flush=True)
"""


@each(NAMESPACES | RIGHTS)
def test_nothing_is_sent_to_a_warm_process_that_is_confined(confined):
    with bare_holder(_GREEDY, within=confined) as holder:
        said, note = outcome(*CHAT, OPENAI_API_KEY="sk-secret")
        kill_confined(holder)
        assert holder.stdout is not None
        assert holder.stdout.read() == ""
    assert said == HELLO
    assert note.startswith("no, it ")


@each(ALIKE)
def test_a_call_of_a_warm_process_that_is_confined_alike_is_warm(confined):
    command = (*confined, sys.executable, "-m", inside.__name__)
    assert outcome(*command, PYTHONPATH=str(ROOT)) == ("warm", "")


def test_filters_that_only_look_alike_are_no_proof():
    seccomp = RIGHTS["seccomp"]
    seccomp.must_be_possible()
    command = (*seccomp.words, sys.executable, "-m", inside.__name__)
    said, _ = outcome(*command, PYTHONPATH=str(ROOT))
    assert "note: warm: no, it has seccomp filters that cannot be compared\n" in said


@each({"network": NAMESPACES["network"], "no_new_privs": RIGHTS["no new privileges"]})
def test_those_who_ask_are_told_that_calls_stay_cold(warm, confinement, confined):
    told = outcome(*confined, *COMMAND, "warm", "status")[0].splitlines()[-1]
    assert told == f"every call from here is cold: it has {confinement.differs}"
    started = subprocess.run(
        [*confined, *COMMAND, "warm", "start"], capture_output=True, text=True, check=False
    )
    assert (started.returncode, started.stdout) == (2, "")
    assert started.stderr == (
        f"error: warm process {warm.pid} does not accept calls from here: "
        f"it has {confinement.differs}\n"
        "hint: hello-llm warm stop && hello-llm warm start\n"
    )
    assert "calls from here" not in child("warm", "start").stderr


def test_one_in_another_pid_namespace_is_never_sent_a_signal(warm):
    words = NAMESPACES["PID"].words
    NAMESPACES["PID"].must_be_possible()
    for command in ("start", "status", "stop"):
        told = subprocess.run(
            [*words, *COMMAND, "warm", command], capture_output=True, text=True, check=False
        )
        assert (told.returncode, told.stdout) == (2, "")
        assert told.stderr.startswith("error: the warm process: it has another PID namespace\n")
    assert warm.status["pid"] == warm.pid
