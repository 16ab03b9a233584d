"""Standard input and encodings: empty, required, idle, and in another encoding than UTF-8."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.cli.person import CTRL_D, ENTER, Person
from tests.cli.program import COMMAND, child, program, shell

ECHO = "Hello! You said: "


def answered(command: str) -> str:
    ended = shell(command)
    assert (ended.code, ended.stderr) == (0, "")
    return ended.text.removeprefix(ECHO)


@pytest.mark.parametrize(
    "empty", ["true |", ": |", "printf '' |", "printf ' \\n\\t' |", "cat /dev/null |"]
)
def test_empty_stdin(empty):
    assert answered(f'{empty} "$@" chat hi') == "hi\n"
    assert answered(f'{empty} "$@" chat --prompt hi') == "hi\n"


def test_empty_stdin_of_a_file_a_device_or_nothing(tmp_path):
    (tmp_path / "empty").touch()
    for source in (tmp_path / "empty", "/dev/null", "&-"):
        assert answered(f'"$@" chat hi <{source}') == "hi\n"


@pytest.mark.parametrize(
    ("arguments", "prompt"),
    [
        (["-"], "piped"),
        (["summarise", "this:", "-"], "summarise this:\n\npiped"),
        (["--prompt", "summarise", "-"], "summarise\n\npiped"),
        (["--", "-"], "piped"),
        (["a", "-", "b"], "a - b\n\npiped"),
        (["--prompt", "-"], "-\n\npiped"),
        (["a", "-", "-"], "a -\n\npiped"),
        (["-", "a"], "- a\n\npiped"),
    ],
)
def test_dash(arguments, prompt):
    ended = program("chat", "--json", *arguments, stdin=b"piped")
    assert (ended.code, ended.document["text"]) == (0, ECHO + prompt)


@pytest.mark.parametrize("arguments", ["-", "summarise -", "--prompt summarise -", "-- -"])
@pytest.mark.parametrize("source", ["</dev/null", "<&-", "<empty"])
def test_dash_requires_standard_input(arguments, source):
    ended = shell(f': >empty; "$@" chat {arguments} {source}')
    assert (ended.code, ended.stdout) == (2, b"")
    assert ended.stderr == (
        "error: standard input is empty, and - requires it\nhint: leave out the -\n"
    )


@pytest.mark.parametrize("stdin", [b"", b" \n", b"piped"])
def test_dash_and_no_stdin_contradict_each_other(stdin):
    ended = program("chat", "-", "--no-stdin", stdin=stdin)
    assert (ended.code, ended.stdout) == (2, b"")
    assert ended.stderr.startswith("error: - means standard input, which --no-stdin does not")


@pytest.mark.parametrize("arguments", ["--prompt -", "a - b"])
def test_a_dash_elsewhere_is_text(arguments):
    assert answered(f'"$@" chat {arguments}') == arguments.removeprefix("--prompt ") + "\n"


def test_dash_at_a_terminal_reads_until_ctrl_d():
    with Person("chat", "--output", "plain", "--timeout", "0.1", "summarise:", "-") as person:
        person.type(b"one")
        person.type(ENTER)
        person.wait_for("one")
        person.type(b"two")
        person.type(ENTER)
        person.wait_for("two")
        person.type(CTRL_D)
        person.wait_for(f"{ECHO}summarise:")
        assert person.wait_for_end() == 0
        assert person.shown.count("one\ntwo") == 2


@contextmanager
def idle(*arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The program with a pipe for standard input, and the end to write into."""
    reading, writing = os.pipe()
    with subprocess.Popen(
        [*COMMAND, "chat", *arguments],
        stdin=reading,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(reading)
        try:
            yield process, writing
        finally:
            process.kill()
            os.close(writing)


def close(pipe: int) -> None:
    """Close the pipe whose number stays taken."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, pipe)
    os.close(null)


MODEL = ["--provider", "litellm", "--model", "openai/x"]


@pytest.mark.parametrize("began", [b"", b"some, "])
@pytest.mark.parametrize("arguments", [["hi"], [], ["hi", "-"], ["hi", *MODEL]])
def test_idle_stdin(arguments, began):
    with idle("--json", "--timeout", "0.5", *arguments) as (process, pipe):
        os.write(pipe, began)
        assert process.wait(timeout=30) == 7
        out, err = process.communicate()
    error = json.loads(out)["error"]
    more = " more" if began else ""
    assert error["code"] == "TIMEOUT"
    assert error["message"].startswith(f"nothing{more} arrived on standard input within 0.5 s")
    assert "--timeout" in error["hint"]
    assert (b"--no-stdin" in err) == ("-" not in arguments)


def test_idle_stdin_is_waited_for_anew_after_each_piece():
    with idle("--timeout", "3") as (process, pipe):
        for word in (b"one ", b"two ", b"three ", b"four"):
            os.write(pipe, word)
            time.sleep(0.9)
        close(pipe)
        out, _ = process.communicate()
    assert (process.returncode, out) == (0, f"{ECHO}one two three four\n".encode())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("timeout", ["0", "604800"])
def test_idle_stdin_without_a_near_deadline_ends_with_a_signal(number, code, timeout):
    with idle("hi", "--timeout", timeout) as (process, _):
        assert process.stderr is not None
        assert b"waiting for standard input" in process.stderr.readline()
        process.send_signal(number)
        assert process.wait(timeout=30) == code


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Grüß Gott".encode("cp1252"), "Grüß Gott"),
        ("Grüß Gott\n".encode("utf-16"), "Grüß Gott\n"),
        ("Grüß Gott\n".encode("utf-16-le"), "Grüß Gott\n"),
        ("Grüß Gott\n".encode("utf-16-be"), "Grüß Gott\n"),
        ("Grüß Gott\n".encode("utf-32"), "Grüß Gott\n"),
        ("Привет, мир\n".encode("koi8_r"), "Привет, мир\n"),
        (b"one\0two\0", "one\ntwo\n"),
    ],
)
@pytest.mark.parametrize("prompt", [(), ("summarise",)])
def test_encodings(data, text, prompt, tmp_path):
    ended = child("chat", *prompt, stdin=data)
    assert (ended.code, ended.stdout) == (2, b"")
    file = tmp_path / "input"
    file.write_bytes(data)
    words = "".join(f"{word} " for word in prompt)
    command = ended.stderr.splitlines()[-1].removeprefix("hint: pipe it through ")
    sent = "\n\n".join([*prompt, text.removesuffix("\n")])
    assert answered(f'{command} <{file} | "$@" chat {words}-') == f"{sent}\n"


def test_encodings_the_mark_of_utf_8_is_dropped():
    ended = program("chat", "--json", stdin="Grüß".encode("utf-8-sig"))
    assert ended.document["text"] == f"{ECHO}Grüß"
    assert program("chat", "--system", "x", stdin=b"\xef\xbb\xbf").code == 2
    assert program("chat", "--json", "hi", stdin=b"\xef\xbb\xbf \n").document["text"] == f"{ECHO}hi"


def test_encodings_a_character_in_two_pieces_is_one():
    ended = shell(
        "(for c in '\\303' '\\274' '\\360' '\\237\\231' '\\202'; do printf $c; done) | \"$@\" chat"
    )
    assert (ended.code, ended.text) == (0, f"{ECHO}ü🙂\n")
