"""The prompt and standard input: the prompt, a blank line, then what is piped."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from hello_llm.cli import standard_input
from hello_llm.cli.standard_input import Waiting, read_text
from tests.cli.program import COMMAND, child, program, shell

PREFIX = "Hello! You said: "


def sent(*arguments, stdin=None):
    """What the model gets to read."""
    ended = program("chat", "--json", *arguments, stdin=stdin)
    assert (ended.code, ended.stderr) == (0, "")
    return ended.document["text"].removeprefix(PREFIX)


GREETED = 'note: nothing is asked, so "hello world" is sent\n'


def refused(*arguments, stdin=None):
    ended = program("chat", *arguments, stdin=stdin)
    assert (ended.code, ended.stdout) == (2, b"")
    return ended.stderr


@pytest.mark.parametrize(
    ("arguments", "stdin", "prompt"),
    [
        (["summarise"], b"context\n", "summarise\n\ncontext\n"),
        (["--prompt", "summarise"], b"context", "summarise\n\ncontext"),
        ([], b"  context\n\n", "  context\n\n"),
        ([], "Grüß 🙂\r\n".encode(), "Grüß 🙂\r\n"),
        (["one", "two  three"], None, "one two  three"),
        (["--prompt", "- a\n- b\n"], None, "- a\n- b\n"),
        (["--", "--json"], None, "--json"),
        (["--", "-x", "y"], None, "-x y"),
        (["hi", "--no-stdin"], b"context", "hi"),
    ],
)
def test_the_prompt_comes_first_then_a_blank_line_then_standard_input(arguments, stdin, prompt):
    assert sent(*arguments, stdin=stdin) == prompt


@pytest.mark.parametrize(
    ("arguments", "stdin", "sentences"),
    [
        (
            ["a", "--prompt", "b"],
            None,
            "error: the prompt is given twice\nhint: leave out --prompt, or the words\n",
        ),
        (
            [""],
            None,
            'error: the prompt is empty\nhint: hello-llm chat "Say hello"\n',
        ),
        (
            ["--prompt", " \n"],
            b"context",
            'error: the prompt is empty\nhint: hello-llm chat "Say hello"\n',
        ),
        (
            ["a\udcff"],
            None,
            (
                "error: the prompt is not UTF-8 text (byte 2)\n"
                "hint: pipe it through iconv -f WINDOWS-1252 -t UTF-8\n"
            ),
        ),
        (
            [],
            b"ab\xff",
            (
                "error: standard input is not UTF-8 text (byte 3)\n"
                "hint: pipe it through iconv -f WINDOWS-1252 -t UTF-8\n"
            ),
        ),
        *(
            (
                ["--system", "Review this."],
                stdin,
                (
                    "error: standard input is empty, and there is no prompt\n"
                    "hint: give a prompt, or look at what is piped; --no-stdin leaves it unread\n"
                ),
            )
            for stdin in (b"", b" \n")
        ),
    ],
)
def test_a_prompt_that_says_nothing_or_is_no_text_is_refused(arguments, stdin, sentences):
    assert refused(*arguments, stdin=stdin) == sentences


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [([], None), ([], b""), ([], b" \n"), (["--no-stdin"], b"context"), (["--system", "x"], None)],
)
def test_where_nothing_is_asked_hello_world_is_sent_and_that_is_said(arguments, stdin):
    ended = program("chat", *arguments, stdin=stdin)
    assert (ended.code, ended.text, ended.stderr) == (0, f"{PREFIX}hello world\n", GREETED)
    assert program("chat", *arguments, "--quiet", stdin=stdin).stderr == ""


def test_a_profile_expects_something_in_a_pipe(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text("version = 1\n[profiles.review]\n")
    ended = program("chat", "--config", file, "--profile", "review", stdin=b"")
    assert (ended.code, ended.stdout) == (2, b"")
    assert ended.stderr.startswith("error: standard input is empty, and there is no prompt\n")


def test_a_file_is_read_like_a_pipe(tmp_path):
    (tmp_path / "full").write_text("context\n")
    ended = shell(f'"$@" chat summarise <"{tmp_path}/full"')
    assert (ended.code, ended.text) == (0, f"{PREFIX}summarise\n\ncontext\n")


def test_an_empty_file_is_refused_where_it_should_hold_something(tmp_path):
    (tmp_path / "empty").touch()
    ended = shell(f'"$@" chat --system Review. <"{tmp_path}/empty"')
    assert (ended.code, ended.stdout) == (2, b"")
    assert ended.stderr.startswith("error: standard input is empty, and there is no prompt\n")


def test_a_closed_standard_input_is_none():
    ended = shell('"$@" chat <&-')
    assert (ended.code, ended.text, ended.stderr) == (0, f"{PREFIX}hello world\n", GREETED)


def test_input_larger_than_a_pipe_holds_is_read_to_its_end():
    text = "ü" * 200_000
    ended = child("chat", "--json", stdin=text.encode())
    assert json.loads(ended.stdout)["text"] == PREFIX + text


@pytest.fixture
def small(monkeypatch):
    """A program that reads a few bytes at a time, and not many."""
    monkeypatch.setattr(standard_input, "_PIECE", 4)
    monkeypatch.setattr(standard_input, "LARGEST", 16)


@pytest.mark.in_process
def test_input_is_read_up_to_its_limit(small):
    assert sent(stdin=b"0123456789abcdef") == "0123456789abcdef"
    assert refused(stdin=b"0123456789abcdefg") == (
        "error: standard input is larger than 16 MiB\nhint: no model reads that much\n"
    )


def test_an_input_without_end_is_refused():
    ended = shell('yes | "$@" chat')
    assert (ended.code, ended.stdout) == (2, b"")
    assert ended.stderr == (
        "error: standard input is larger than 16 MiB\nhint: no model reads that much\n"
    )


def test_an_input_that_cannot_be_read_is_refused():
    ended = shell('"$@" chat hi 0>written')
    assert (ended.code, ended.stdout) == (2, b"")
    assert ended.stderr == (
        "error: cannot read standard input: Bad file descriptor\n"
        "hint: --no-stdin leaves it unread\n"
    )


def test_an_empty_moment_of_a_pipe_that_does_not_block_is_not_its_end():
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with subprocess.Popen([*COMMAND, "chat"], stdin=reading, stdout=subprocess.PIPE) as process:
        os.close(reading)
        for word in (b"one ", b"two ", b"three"):
            os.write(writing, word)
            time.sleep(0.3)
        os.close(writing)
        out, _ = process.communicate()
    assert (process.returncode, out) == (0, f"{PREFIX}one two three\n".encode())


NOTE = b"note: waiting for standard input; --no-stdin leaves it unread\n"
IMPATIENT = """
import sys
from hello_llm.cli import standard_input
from hello_llm.cli.app import run
standard_input._IDLE_S = 0
sys.exit(run(sys.argv[1:]))
"""


@contextmanager
def waiting(*command):
    """The program with a pipe for standard input into which nobody has written, after its note."""
    with subprocess.Popen(
        [*command, "chat", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == NOTE
        yield process


def test_an_idle_pipe_is_waited_for_after_a_note():
    with waiting(*COMMAND) as idle:
        out, err = idle.communicate(b"late")
    assert (idle.returncode, json.loads(out)["text"], err) == (0, f"{PREFIX}late", b"")


@pytest.mark.parametrize(
    ("number", "code", "sentence"),
    [
        (signal.SIGINT, 130, b"error: interrupted\n"),
        (signal.SIGTERM, 143, b"error: terminated\n"),
    ],
)
def test_an_idle_pipe_can_be_interrupted(number, code, sentence):
    with waiting(sys.executable, "-c", IMPATIENT) as idle:
        os.kill(idle.pid, number)
        assert idle.wait(timeout=30) == code
        document = json.loads(idle.stdout.read())
        assert (document["ok"], document["exit_code"], document["text"]) == (False, code, "")
        assert idle.stderr.read() == sentence


def test_a_wait_for_standard_input_is_used():
    read_end, write_end = os.pipe()
    waits = []

    def meanwhile():
        waits.append("used")
        os.write(write_end, b"late")
        os.close(write_end)

    with os.fdopen(read_end, "rb", buffering=0) as stdin:
        assert read_text(stdin, Waiting(note=waits.append, meanwhile=meanwhile)) == "late"
    assert waits == ["used"]


def test_what_is_there_already_is_not_waited_for(tmp_path):
    file = tmp_path / "prompt"
    file.write_text("early")
    with file.open("rb", buffering=0) as stdin:
        assert read_text(stdin, Waiting(note=pytest.fail, meanwhile=pytest.fail)) == "early"


def test_a_prompt_can_be_kept_in_a_file(tmp_path):
    file = tmp_path / "prompt.txt"
    file.write_bytes("\ufeffGrüß dich\n  and more\n\n".encode())
    assert sent("--prompt-file", file) == "Grüß dich\n  and more"
    assert sent("--prompt-file", file, stdin=b"context\n") == "Grüß dich\n  and more\n\ncontext\n"


@pytest.mark.parametrize(
    ("content", "arguments", "sentence"),
    [
        (b"", (), "the prompt in {file} is empty"),
        (b" \n", (), "the prompt in {file} is empty"),
        (b"\xff\xfeh\0i\0", (), "{file} is UTF-16, not UTF-8 text"),
        (None, (), "cannot read {file}: No such file or directory"),
        (b"x" * (standard_input.LARGEST + 1), (), "cannot read {file}: it is larger than 16 MiB"),
        (b"x", ("words",), "the prompt is given twice"),
        (b"x", ("--prompt", "y"), "the prompt is given twice"),
    ],
)
def test_a_file_that_is_no_prompt_is_a_mistake(tmp_path, content, arguments, sentence):
    file = tmp_path / "prompt.txt"
    if content is not None:
        file.write_bytes(content)
    assert f"error: {sentence.format(file=file)}\n" in refused(*arguments, "--prompt-file", file)
