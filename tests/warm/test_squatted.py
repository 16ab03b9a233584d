"""A folder to meet in that is somebody else's: who it belongs to is said, and how to go on."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from hello_llm.warm.place import folder_path
from tests.cli.calls import until
from tests.cli.program import child
from tests.warm.processes import holders
from tests.warm.running import COMMAND

NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two users")

SPOILS = {
    "another user": "belongs to nobody (user 65534)",
    "a user without a name": "belongs to user 54321",
    "a mode": "has mode 0755, not 0700",
    "a mode that shuts out": "has mode 0000, not 0700",
    "a link": "is a symbolic link",
    "a link of another user": "belongs to nobody (user 65534)",
    "a file": "is not a folder",
}


@pytest.fixture(params=SPOILS)
def spoilt(request, runtime, tmp_path):
    """What is wrong with the folder of the test."""
    folder, what = runtime / "hello-llm", request.param
    if "user" in what and os.geteuid() != 0:
        pytest.skip("only root can be two users")
    if "link" in what:
        folder.symlink_to(tmp_path)
    elif what == "a file":
        folder.touch()
    else:
        folder.mkdir(mode=0o700)
    if "mode" in what:
        folder.chmod(0o755 if what == "a mode" else 0)
    if "user" in what:
        os.lchown(folder, 54321 if "without" in what else NOBODY, -1)
    if what == "a mode that shuts out" and os.geteuid() == 0:
        folder.chmod(0o001)
        return f"{folder} has mode 0001, not 0700"
    return f"{folder} {SPOILS[what]}"


def hint_of(ended):
    error, hint = ended.stderr.splitlines()
    return error, hint.removeprefix("hint: ")


def test_every_command_names_it_and_calls_go_on(spoilt, tmp_path):
    for command in ("start", "status", "stop"):
        told = child("warm", command)
        assert (told.code, told.text) == (2, "")
        assert hint_of(told)[0] == f"error: the warm process: {spoilt}"
    for flags in ((), ("--warm",)):
        called = child("chat", "hi", *flags)
        assert (called.code, called.text, called.stderr) == (0, "Hello! You said: hi\n", "")
    assert f"note: warm: no, {spoilt}\n" in child("chat", "hi", "--verbose").stderr
    assert list(tmp_path.iterdir()) == []


def test_the_hint_works(spoilt, runtime):
    hint = hint_of(child("warm", "start"))[1]
    command = f'{hint} && "$@" warm start && "$@" warm stop'
    done = subprocess.run(["sh", "-c", command, "sh", *COMMAND], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_doctor_warns(spoilt):
    examined = child("doctor").text
    assert f"warning  warm           {spoilt}" in examined


# A folder that a user cannot move away: it lies where everybody may write, as in /tmp.
_AS_NOBODY = """
import os, sys
import shlex, stat
from hello_llm.warm import place, squatted
os.setgroups([]); os.setgid(65534); os.setuid(65534)
place.folder_path = lambda: sys.argv[1]
try:
    place.open_folder()
except place.NoPlaceError as error:
    print(error, error.hint, sep="\\n")
"""


@as_root
@pytest.mark.parametrize(("sticky", "moves"), [(True, False), (False, True)])
def test_who_cannot_move_it_away_is_told_to_meet_elsewhere(sticky, moves):
    with tempfile.TemporaryDirectory() as everybodys:
        Path(everybodys).chmod(0o1777 if sticky else 0o777)
        folder = Path(everybodys, "hello-llm-65534")
        folder.mkdir(mode=0o700)
        told = subprocess.run(
            [sys.executable, "-c", _AS_NOBODY, folder], capture_output=True, text=True, check=False
        )
    said = told.stdout.splitlines()
    moving = f"mv {folder} {folder}.old"
    assert said == [
        f"{folder} belongs to root (user 0)",
        moving if moves else 'export XDG_RUNTIME_DIR="$HOME/.run"',
    ]


@as_root
def test_the_runtime_folder_of_another_user_is_left_alone(runtime, monkeypatch):
    os.chown(runtime, NOBODY, NOBODY)
    assert folder_path() == f"/tmp/hello-llm-{os.geteuid()}"
    assert child("chat", "hi").code == 0
    assert list(runtime.iterdir()) == []


def test_a_link_to_ones_own_folder_is_not_followed(runtime, tmp_path):
    (runtime / "hello-llm").symlink_to(tmp_path)
    assert child("warm", "start").code == 2
    until(lambda: holders(runtime) == [])
    assert list(Path(tmp_path).iterdir()) == []
