"""A call has what its client had: environment, folder, mask, descriptors, ignored signals.

Everything is seen in what the call leaves, as it is by those who make it.
"""

import os
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from tests.cli.calls import asking, until
from tests.cli.program import child, shell
from tests.servers import Script
from tests.warm.comparing import both, warmly
from tests.warm.processes import children, gone, only_child
from tests.warm.running import COMMAND

HELLO = b"Hello! You said: hi\n"


def bash(command, **environ):
    """Run `command` by bash, in which ``"$@"`` is the program."""
    return shell('exec bash -c "$COMMAND" bash "$@"', COMMAND=command, **environ)


def stopped_in_the_middle(openai_server, words, **around):
    """Start a call whose answer stalls, and return it when something of it came."""
    openai_server.play(Script(end="stall"))
    command = [*words, *COMMAND, *asking(f"{openai_server.url}/v1", "--stream")]
    call = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **around)
    assert call.stdout is not None
    assert call.stdout.read(5) == b"Hello"
    return call


@pytest.fixture
def fork(warm, openai_server):
    """Starts a call and returns its fork, until the end of the test."""
    calls = []

    def fork(words=(), **around):
        calls.append(stopped_in_the_middle(openai_server, words, **around))
        return only_child(warm.pid)

    holder = warm.pid
    yield fork
    for call in calls:
        call.kill()
        call.communicate()
    until(lambda: children(holder) == [])


def keyed(argv, name, key):
    environ = {name: key}
    return child(*argv, stdin=None, **environ)


def test_each_call_brings_its_own_keys(warm, openai_server):
    for number in range(3):
        name, key = f"KEY_{number}", f"sk-{number}"
        argv = asking(f"{openai_server.url}/v1", "--api-key-env", name)
        assert warmly(warm, lambda: keyed(argv, name, key)).code == 0  # noqa: B023 - called at once
        assert openai_server.requests[-1].headers["authorization"] == f"Bearer {key}"
    argv = asking(f"{openai_server.url}/v1", "--api-key-env", "KEY_0")
    refused = warmly(warm, lambda: child(*argv))
    assert refused.code == 3
    assert "KEY_0 is not set" in refused.stderr


def test_a_relative_path_is_seen_from_the_callers_folder(warm, tmp_path):
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "c.toml").write_text(
            f'version = 1\n[profiles.p]\nsystem = "{name}"\n', encoding="utf-8"
        )
        command = 'cd "$FOLDER" && "$@" chat hi --out answer --config c.toml --profile p'
        ended = warmly(warm, lambda: shell(command, FOLDER=str(folder)))  # noqa: B023 - called at once
        assert (ended.code, ended.stdout) == (0, b"")
        assert (folder / "answer").read_bytes() == HELLO


def test_a_folder_that_was_deleted_is_no_hindrance(warm, tmp_path):
    command = 'mkdir "$FOLDER" && cd "$FOLDER" && rmdir "$FOLDER" && "$@" chat hi'
    folder = tmp_path / "deleted"
    ended = both(warm, lambda: shell(command, FOLDER=str(folder)), tmp_path / "none")
    assert (ended.code, ended.stdout, ended.stderr) == (0, HELLO, "")


@pytest.mark.parametrize("umask", ["022", "077", "027", "000"])
def test_files_are_made_with_the_callers_mask(warm, tmp_path, umask):
    def call():
        out = tmp_path / "answer"
        ended = shell('umask "$MASK" && "$@" chat hi --out "$OUT"', MASK=umask, OUT=str(out))
        mode = stat.S_IMODE(out.stat().st_mode)
        out.unlink()
        return ended, mode

    assert both(warm, call, tmp_path / "none")[1] == 0o666 & ~int(umask, 8)


def test_the_fork_shares_the_processors_as_its_client_does(fork):
    pid = fork(["nice", "-n", "5", "taskset", "1"])
    assert os.getpriority(os.PRIO_PROCESS, pid) == os.getpriority(os.PRIO_PROCESS, 0) + 5
    assert os.sched_getaffinity(pid) == {0}


def test_what_the_shell_opened_is_there_under_its_number(warm, tmp_path):
    profile = "version = 1\\n[profiles.p]\\nwarm = true\\n"
    call = f'"$@" chat hi --profile p --config <(printf "{profile}")'
    ended = both(warm, lambda: bash(call), tmp_path / "none")
    assert (ended.code, ended.stdout, ended.stderr) == (0, HELLO, "")


def test_an_answer_can_go_to_a_number_of_the_shell(warm, tmp_path):
    call = '"$@" chat hi --out /dev/fd/7 7>"$HOME/seven"; cat "$HOME/seven"'
    ended = both(warm, lambda: bash(call), tmp_path / "none")
    assert (ended.code, ended.stdout, ended.stderr) == (0, HELLO, "")


def target(pid, number):
    return str(Path(f"/proc/{pid}/fd/{number}").readlink())


def test_many_numbers_at_once_keep_their_order(fork, tmp_path):
    numbers = range(3, 13)
    redirected = " ".join(f'{number}>"$FOLDER/{number}"' for number in numbers)
    pid = fork(
        ["bash", "-c", f'exec "$@" {redirected}', "bash"],
        env=os.environ | {"FOLDER": str(tmp_path)},
    )
    seen = {number: target(pid, number) for number in numbers}
    assert seen == {number: str(tmp_path / str(number)) for number in numbers}


def test_the_fork_is_in_the_callers_folder(fork):
    assert Path(f"/proc/{fork()}/cwd").readlink() == Path.cwd()


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_was_ignored_from_the_start_stays_so(warm, openai_server, number):
    openai_server.play(Script(chunks=("Hello", " there"), delay_s=0.4))
    argv = asking(f"{openai_server.url}/v1", "--stream")
    name = number.name.removeprefix("SIG")
    call = subprocess.Popen(
        ["bash", "-c", f"trap '' {name}; exec \"$@\"", "bash", *COMMAND, *argv],
        bufsize=0,
        stdout=subprocess.PIPE,
    )
    assert call.stdout is not None
    assert call.stdout.read(5) == b"Hello"
    pid = only_child(warm.pid)
    for process in (call.pid, pid):
        os.kill(process, number)
    assert call.communicate()[0] == b" there\n"
    assert call.returncode == 0
    until(lambda: gone(pid))


@pytest.mark.parametrize(
    "environ",
    [
        {"LC_ALL": "C.UTF-8"},
        {"LC_ALL": "C"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "ascii:backslashreplace"},
        {"PYTHONUNBUFFERED": "1"},
        {"TZ": "Asia/Tokyo"},
    ],
)
@pytest.mark.parametrize(
    "command", ['"$@" chat Grüße', '"$@" chat ö --nönsense', '"$@" chat --help']
)
def test_the_streams_are_worded_as_the_callers(warm, tmp_path, environ, command):
    def call():
        ended = subprocess.run(
            ["sh", "-c", command, "sh", *COMMAND],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            env=os.environ | environ,
        )
        return ended.returncode, ended.stdout, ended.stderr

    both(warm, call, tmp_path / "none")


@pytest.mark.parametrize("word", ["\\377\\376", "\\303\\050", "a\\355\\240\\200b"])
@pytest.mark.parametrize("place", ["", "--system=", "--out=", "--model=openai/"])
def test_arguments_that_are_no_text_are_handed_over_as_they_are(warm, tmp_path, word, place):
    call = f'"$@" chat {"hi" if place else ""} "{place}$(printf "{word}")"; ls "$HOME"'
    both(warm, lambda: shell(call), tmp_path / "none")


def test_very_many_and_long_arguments_are_handed_over(warm, tmp_path):
    words = ["word" * 25_000] * 10
    ended = both(warm, lambda: child("chat", *words), tmp_path / "none")
    assert len(ended.stdout) > 1_000_000


def test_very_many_open_files_make_the_call_cold(warm):
    command = 'for n in $(seq 10 280); do eval "exec $n</dev/null"; done; "$@" chat hi --verbose'
    ended = bash(command)
    assert (ended.code, ended.stdout) == (0, HELLO)
    assert "note: warm: no, too many files are open\n" in ended.stderr
