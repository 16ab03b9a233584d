"""Typing in a conversation: what makes one turn, and what is never sent by mistake."""

import os
import re
import signal
import termios
from contextlib import contextmanager
from typing import Any

import pytest

from hello_llm.cli.commands.chat.prompt_editor import PromptEditor
from hello_llm.cli.commands.chat.slash_commands import help_text
from tests.cli.person import CTRL_C, CTRL_D, Person
from tests.servers import Script

CTRL_J, ALT_ENTER, UP, OPEN_IN_EDITOR = b"\n", b"\x1b\r", b"\x1b[A", b"\x18\x05"
PASTE_BEGINS, PASTE_ENDS = b"\x1b[200~", b"\x1b[201~"
CURSOR_POSITION_REQUEST, BRACKETED_PASTE_OFF = b"\x1b[6n", b"\x1b[?2004l"
DUMB, CAPABLE = "dumb", "xterm-256color"
SAID = "Hello! You said: "
EARLY = "note: typed early: Enter sends it, Ctrl-C drops it"
LONG = 200_000
"""Characters of an answer that no pipe takes at once."""

CODE = "".join(f"    if x == {n}:\n        return {n}\n\n" for n in range(10)) + "\tend\n"
PASTES = {
    "more lines than the screen has": f"def f(x):\n{CODE}",
    "an indented first line": "    return 1\n",
    "a comment in C": "/* one\n   two */",
    "blank lines around it": "\n\n  x\n\n",
    "names of commands": "exit\n/exit\n",
}


@contextmanager
def conversation(*arguments, term=CAPABLE, **environ):
    """Somebody at the first prompt, and the pipe that the answers go to."""
    reading, writing = os.pipe()
    with (
        os.fdopen(reading, "rb") as pipe,
        Person("chat", *arguments, stdout=writing, TERM=term, **environ) as person,
    ):
        os.close(writing)
        person.wait_for(">", at_the_end=True)
        yield person, pipe


def ask(person, text):
    """Type `text` at the empty prompt, and Enter; wait for the next prompt."""
    person.type(text.encode())
    person.wait_for(f"> {text}".rstrip(), at_the_end=True)
    person.enter()


def sent(person, pipe):
    """Leave at the empty prompt; return the turns that the model got."""
    person.type(CTRL_D)
    assert person.wait_for_end() == 0
    return pipe.read().decode().removesuffix("\n").split(SAID)[1:]


def turns(*texts):
    """The turns as :func:`sent` returns them: answers end with one line break."""
    return [*(f"{text}\n" for text in texts[:-1]), *texts[-1:]]


@pytest.mark.parametrize("line_break", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("text", PASTES.values(), ids=PASTES)
def test_a_paste_is_one_turn_shown_whole_and_sent_by_enter(text, line_break):
    with conversation() as (person, pipe):
        person.type(PASTE_BEGINS + text.replace("\n", line_break).encode() + PASTE_ENDS)
        person.wait_for(text.split()[-1])
        person.enter()
        assert sent(person, pipe) == [text.removesuffix("\n")]
        shown = [row.removeprefix(">").strip() for row in person.screen.rows()[1:-1]]
        assert shown == [line.strip() for line in text.split("\n")]


def test_a_paste_is_not_sent_before_enter():
    with conversation() as (person, pipe):
        person.type(PASTE_BEGINS + b"one\rtwo\r" + PASTE_ENDS)
        person.wait_for("> one\ntwo", at_the_end=True)
        person.enter(CTRL_C)
        assert sent(person, pipe) == []


def test_a_paste_without_marks_is_one_turn_too():
    with conversation() as (person, pipe):
        person.type(b"one\r\r  two\rthree")
        person.wait_for("three")
        person.enter()
        assert sent(person, pipe) == ["one\n\n  two\nthree"]


def test_lines_that_arrive_together_at_a_dumb_terminal_are_one_turn():
    with conversation(term=DUMB) as (person, pipe):
        person.enter(b"one\r\r  two\rthree\r")
        assert sent(person, pipe) == ["one\n\n  two\nthree"]


def test_lines_made_by_hand():
    with conversation() as (person, pipe):
        for keys in (b"one", CTRL_J, b"  two", ALT_ENTER, ALT_ENTER, b"three"):
            person.type(keys)
        person.wait_for("\n> one\ntwo\n\nthree", at_the_end=True)
        person.enter()
        assert sent(person, pipe) == ["one\n  two\n\nthree"]


def test_the_arrow_up_brings_an_earlier_turn_back():
    with conversation() as (person, pipe):
        ask(person, "first")
        ask(person, "second")
        person.type(UP + UP)
        person.wait_for("\n> first", at_the_end=True)
        person.enter()
        assert sent(person, pipe) == turns("first", "second", "first")


@pytest.mark.parametrize("term", [CAPABLE, DUMB])
def test_what_is_not_a_turn_is_answered_even_if_quiet_and_costs_nothing(term):
    with conversation("--quiet", term=term) as (person, pipe):
        ask(person, "/help")
        person.wait_for("To send a line that starts with /")
        ask(person, "/etc/passwd what is this")
        person.wait_for("error: there is no command /etc/passwd\nhint: /help lists")
        ask(person, " /etc/passwd what is this")
        assert sent(person, pipe) == [" /etc/passwd what is this"]


@pytest.mark.parametrize("term", [CAPABLE, DUMB])
@pytest.mark.parametrize("word", ["quit", "/exit"])
def test_a_word_leaves(word, term):
    with conversation(term=term) as (person, pipe):
        person.say(word)
        assert person.wait_for_end() == 0
        assert pipe.read() == b""


def test_the_help_shows_the_keys_and_the_commands():
    with conversation() as (person, pipe):
        ask(person, "/help")
        assert sent(person, pipe) == []
        assert f"> /help\n{help_text(PromptEditor.keys)}\n>" in person.shown


@pytest.fixture
def script(tmp_path):
    file = tmp_path / "replies.toml"
    file.write_text(
        f'version = 1\n[[rule]]\nname = "long"\ncontains = "long"\ntext = "{LONG * "x"}"\n'
        '[[rule]]\nname = "rest"\noptional = true\n'
    )
    return file


@pytest.mark.parametrize("ahead", [b"one\r  two\r", b"one\r  two"])
def test_what_is_typed_during_an_answer_waits_at_the_prompt(script, ahead):
    with conversation("--script", str(script)) as (person, pipe):
        person.say("long")
        pipe.read(1)
        person.type(ahead)
        person.wait_for("two")
        pipe.read(LONG - 1)
        person.wait_for(f"{EARLY}\n> one\ntwo", at_the_end=True)
        person.enter()
        assert sent(person, pipe) == ["one\n  two"]


def test_what_is_typed_during_an_answer_waits_at_the_prompt_of_a_dumb_terminal(script):
    with conversation("--script", str(script), term=DUMB) as (person, pipe):
        person.say("long")
        pipe.read(1)
        person.type(b"one\r  two\r")
        person.wait_for("two")
        pipe.read(LONG - 1)
        person.wait_for(f"{EARLY}\n> one\ntwo", at_the_end=True)
        person.enter(b" and three\r")
        assert sent(person, pipe) == ["one\n  two and three"]


@pytest.mark.parametrize("term", [CAPABLE, DUMB])
def test_what_was_typed_early_can_be_dropped(script, term):
    with conversation("--script", str(script), term=term) as (person, pipe):
        person.say("long")
        pipe.read(1)
        person.type(b"oops\r")
        person.wait_for("oops")
        pipe.read(LONG - 1)
        person.wait_for(f"{EARLY}\n> oops", at_the_end=True)
        person.interrupt()
        person.wait_for("\n>", at_the_end=True)
        assert sent(person, pipe) == []


@pytest.mark.parametrize("keys", [b"", b"half", PASTE_BEGINS + b"one\rtwo" + PASTE_ENDS])
def test_ctrl_c_at_the_prompt_drops_what_is_typed(keys):
    with conversation() as (person, pipe):
        person.type(keys)
        person.wait_for(keys.removesuffix(PASTE_ENDS)[-3:].decode() or ">", at_the_end=True)
        person.enter(CTRL_C)
        ask(person, "hi")
        assert sent(person, pipe) == ["hi"]


def test_ctrl_c_ends_a_wait_for_the_next_attempt(ollama_server):
    refused = Script(status=503, headers=(("Retry-After", "30"),))
    ollama_server.play(refused, Script(chunks=("Gladly.",)))
    wire = ("--provider", "litellm", "--model", "ollama/tiny", "--api-base", ollama_server.url)
    with conversation(*wire) as (person, pipe):
        person.say("hi")
        person.wait_for("attempt 1 failed")
        person.interrupt()
        person.wait_for("error: interrupted\n>", at_the_end=True)
        ask(person, "again")
        sent(person, pipe)
    assert len(ollama_server.requests) == 2


def test_a_signal_from_elsewhere_counts_as_ctrl_c():
    with conversation() as (person, pipe):
        person.type(b"half")
        person.wait_for("half")
        person.process.send_signal(signal.SIGINT)
        person.wait_for("> half\n>", at_the_end=True)
        ask(person, "hi")
        assert sent(person, pipe) == ["hi"]


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP, CTRL_D, b"exit\r"])
def test_the_terminal_is_left_as_it_was(end):
    with Person("chat") as person:
        before = termios.tcgetattr(person._master)
        person.wait_for("\n>", at_the_end=True)
        assert termios.tcgetattr(person._master) != before
        if isinstance(end, bytes):
            person.type(end)
            assert person.wait_for_end() == 0
        else:
            person.type(b"half")
            person.wait_for("half")
            person.process.send_signal(end)
            assert person.wait_for_end() == 143
            assert person.shown.endswith("\n> half\nerror: terminated")
        assert termios.tcgetattr(person._master) == before
        assert BRACKETED_PASTE_OFF in person.screen.written[-200:]


def test_the_variables_of_other_programs_change_nothing():
    odd: dict[str, Any] = {
        "PROMPT_TOOLKIT_NO_CPR": "0",
        "PROMPT_TOOLKIT_COLOR_DEPTH": "DEPTH_24_BIT",
        "PROMPT_TOOLKIT_BELL": "true",
        "EDITOR": "false",
        "VISUAL": "false",
        "INPUTRC": "/dev/null",
    }
    written = []
    for environ in ({}, odd):
        with Person("chat", **environ) as person:
            person.say("a")
            person.wait_for("\n>", at_the_end=True)
            person.type(OPEN_IN_EDITOR + CTRL_D)
            assert person.wait_for_end() == 0
            written.append(person.screen.written)
    assert written[0] == written[1]


def test_nothing_is_asked_of_the_terminal():
    with conversation() as (person, pipe):
        ask(person, "hi")
        sent(person, pipe)
        assert CURSOR_POSITION_REQUEST not in person.screen.written


def test_a_dumb_terminal_gets_no_escape_sequence():
    with Person("chat", TERM=DUMB) as person:
        person.wait_for("\n>", at_the_end=True)
        for text in ("hi", "/help", "/foo"):
            ask(person, text)
        person.type(CTRL_D)
        assert person.wait_for_end() == 0
        assert re.findall(rb"\x1b", person.screen.written) == []
