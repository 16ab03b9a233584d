"""`config edit` at a terminal: a mistake can be corrected, and Ctrl-C belongs to the editor."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.config.editing import CHANGED, FILE, INVALID, kept
from tests.cli.person import CTRL_C, CTRL_D, ENTER, Person
from tests.cli.program import COMMAND


def at_a_terminal(file, command):
    return Person("config", "edit", "--config", str(file), EDITOR=command)


@pytest.mark.parametrize("answer", [ENTER, b"y\r"])
def test_at_a_terminal_the_mistake_can_be_corrected(file, writer, temporary, answer):
    with at_a_terminal(file, writer(INVALID, CHANGED)) as person:
        person.wait_for("edit again? [Y/n]")
        person.type(answer)
        assert person.wait_for_end() == 0

    shown = "".join(person.shown.split())  # a line may end anywhere, and then without its space
    assert "".join(f"saved {file}".split()) in shown
    assert file.read_text() == CHANGED
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(("answer", "code"), [(b"n\r", 2), (CTRL_D, 2), (CTRL_C, 130)])
def test_or_left_alone(file, writer, temporary, answer, code):
    with at_a_terminal(file, writer(INVALID, CHANGED)) as person:
        person.wait_for("edit again? [Y/n]")
        person.interrupt() if answer == CTRL_C else person.type(answer)
        assert person.wait_for_end() == code

    assert "what you wrote is in" in person.shown
    assert kept(temporary).read_text() == INVALID
    assert file.read_text() == FILE


def test_ctrl_c_belongs_to_the_editor(file, editor, temporary):
    """It cancels something there, and the editor goes on."""
    script = (
        'trap \'echo cancelled\' INT; echo waiting; until read line; do :; done; echo "$line" >"$1"'
    )
    with at_a_terminal(file, editor(script)) as person:
        person.wait_for("waiting")
        person.interrupt()
        person.wait_for("cancelled")
        person.type(b"version = 1\r")
        assert person.wait_for_end() == 0

    assert file.read_text() == "version = 1\n"
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("shell", ["", "exec "])
def test_an_editor_that_ctrl_c_ends_leaves_nothing(file, editor, temporary, shell):
    with at_a_terminal(file, editor(f"echo waiting; {shell}sleep 60")) as person:
        person.wait_for("waiting")
        person.interrupt()
        assert person.wait_for_end() == 130

    assert "error: interrupted" in person.shown
    assert list(temporary.iterdir()) == []
    assert file.read_text() == FILE


def test_a_program_that_is_ended_takes_the_editor_along(file, editor, temporary):
    running = subprocess.Popen(
        [*COMMAND, "config", "edit", "--config", file],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"EDITOR": editor("echo waiting; exec sleep 60")},
    )
    with running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"waiting\n"
        running.send_signal(signal.SIGTERM)
        assert running.stdout.read() == b""  # the editor had it too
        assert running.wait() == 143

    assert list(temporary.iterdir()) == []
    assert file.read_text() == FILE


def test_the_editor_has_the_terminal(file, editor):
    seen = Path(f"{file}.seen")
    with at_a_terminal(
        file, editor(f"test -t 0 && test -t 1 && test -t 2 && touch '{seen}'")
    ) as one:
        assert one.wait_for_end() == 0

    assert seen.exists()
