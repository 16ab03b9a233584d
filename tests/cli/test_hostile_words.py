"""Whatever the words of a command line, a file or a server are, a terminal only shows them."""

import json
import os
import time
import unicodedata
from dataclasses import replace
from threading import Thread
from unittest.mock import patch

import pytest

from hello_llm.contract import ExitCode
from hello_llm.rendering.terminal import Terminal
from tests.cli.program import program
from tests.rendering.screens import Screen
from tests.servers import Script, ToolCall

pytestmark = pytest.mark.in_process

WORDS = (
    "\x1b[2J\x1b[6n\x1b]0;owned\x07\x1b]52;c;aGk=\x1b\\\x1bP$q\x1b\\\x9b31m\x9d0;x\x9c\x85",
    "\x1b[31m[b]x[/c] :smile: {c} %s \x1bc a\rb\b\b\vc\fd\ne\x7f\x1b",
    "\u202egnp.exe\u2066\u2028\u200b\ufeff\U000e0041\u3164\u00ad\ufffe\U0010ffff",
    "\udc9b2J\udcff",
)
"""Hostile in every way, and short enough to be quoted whole."""
WAYS = """
    chat hi --model X
    chat hi --model X --verbose --usage
    chat hi --model X --json
    chat hi --model openai/X --provider litellm
    chat hi --model X/tiny --provider litellm
    chat hi --model X --provider litellm
    chat hi --model local/X --provider litellm
    chat hi --model ollama/X --provider litellm --api-base http://127.0.0.1:9 --retries 0
    chat hi --fallback X
    chat hi --provider X
    chat hi --provider litellm --model openai/tiny --api-base X
    chat hi --provider litellm --model openai/tiny --api-base http://X/v1
    chat hi --provider litellm --model openai/tiny --api-key-env X
    chat hi --profile X
    chat hi --config X
    chat hi --config X/config.toml
    chat hi --out X/answer
    chat hi --out X
    chat hi --temperature X
    chat hi --output X
    chat hi --stop X --dry-run
    chat hi --system X --dry-run
    chat hi --model X --dry-run
    chat hi --api-base http://X/v1 --dry-run
    chat hi --model openai/X --provider litellm --api-base http://127.0.0.1:9 --dry-run
    chat X --dry-run
    chat X --dry-run --json
    chat X
    chat X --output plain
    chat X --output rich --no-stream
    chat X --stream --json
    chat hi --X
    chat hi --X=X
    chat hi -X
    X
    X chat
    config X
    config path --config X
    config init --config X/config.toml
    config show --config X
    config show --profile X
    config set X 1
    config set model X
    config set system X
    config set profiles.X.model mock/echo
    config set local.models.X X
    config set temperature X
    config use X
    config get X
    config get system --config X
    config unset X
    config unset profiles.X
    config validate --config X
    chat --prompt-file X
    help X
    help config X
    schema X
""".strip().split("\n    ")


FILES = {
    "a line that is no TOML": "[defaults]\nsystem = X\n",
    "a key that is unknown": '[defaults]\n"X" = 1\n',
    "a value that is wrong": '[defaults]\noutput = "X"\ntemperature = "X"\n',
    "a table that is unknown": '["X"]\n',
    "a profile that is not there": 'default_profile = "X"\n',
    "a profile of this name": '[profiles."X"]\nmodel = "mock/echo"\nunknown = "X"\n',
    "a local model": '[local.models]\n"X" = "X"\n',
    "right": '[defaults]\nsystem = "X"\nstop = ["X"]\nmodel = "openai/X"\n',
}
CONFIG_COMMANDS = (
    *("config show", "config validate", "config get system", "config get defaults.stop"),
    *("config unset model", "config unset default_profile"),
)
HEADERS = (("x-request-id", "\x9b31m\x85"), ("retry-after", "\x9b2J"))


def at_a_terminal(*arguments, typed=b""):
    """Run the program at a terminal without escape sequences; return its code and all it wrote."""
    screen = Screen()
    reading, writing = os.pipe()
    person = Thread(target=type_at_the_prompt, args=(screen, writing, typed))
    person.start()
    with open(reading, "rb", buffering=0) as stdin:  # noqa: PTH123 - a descriptor
        here = replace(screen.terminal({"TERM": "dumb"}), stdin=stdin)
        with patch.object(Terminal, "real", lambda: here):
            ended = program(*arguments)
    person.join()
    return ended.code, screen.written.decode() + ended.text + ended.stderr


def type_at_the_prompt(screen, writing, typed):
    """Write `typed` into the pipe as soon as the prompt is on the screen."""
    while typed and not screen.written.endswith(b"> "):
        time.sleep(0.01)
    os.write(writing, typed)
    os.close(writing)


def unseen(written):
    """Return the characters of `written` that do not show."""
    hidden = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
    return {c for c in written if c != "\n" and unicodedata.category(c) in hidden}


def check(code, written):
    assert unseen(written) == set()
    assert code in set(ExitCode) - {ExitCode.BUG}, written


def in_toml(text):
    """Return `text` as it stands in a TOML string."""
    return "".join(f"\\U{ord(c):08x}" for c in text)


@pytest.mark.parametrize("way", WAYS)
def test_a_terminal_only_shows_the_words_of_a_command_line(way):
    for word in WORDS:
        check(*at_a_terminal(*(part.replace("X", word) for part in way.split(" "))))


@pytest.mark.parametrize("file", FILES)
def test_a_terminal_only_shows_what_is_in_a_configuration_file(tmp_path, file):
    for number, word in enumerate(WORDS[:-1]):
        for written in (word, in_toml(word)):
            config = tmp_path / f"{number}\x1b[2J.toml"
            config.write_text(f"version = 1\n{FILES[file].replace('X', written)}")
            for command in ("chat hi --dry-run", *CONFIG_COMMANDS):
                check(*at_a_terminal(*command.split(), "--config", config))


@pytest.mark.parametrize("word", WORDS[:-1])
def test_a_terminal_only_shows_what_is_said_in_a_conversation(word):
    code, written = at_a_terminal("chat", typed=f"{word.splitlines()[0]}\n".encode())
    check(code, written)
    assert written.count("You said:") == 1


def scripts(word):
    """Yield everything in which a server can say `word`."""
    said = {"message": word, "type": word, "code": word, "param": word}
    error = json.dumps({"error": said}).encode()
    for status in (400, 401, 404, 429, 503):
        yield Script(status=status, body=error, headers=HEADERS)
        yield Script(status=status, body=word.encode(), headers=HEADERS)
    yield Script(body=error)
    yield Script(body=b"data: %b\n\n" % error)
    call = ToolCall(word, word, (json.dumps({word: word}),))
    yield Script((word,), reasoning=(word,), tool_calls=(call,), finish=word, headers=HEADERS)
    yield Script((word, word), end="fin")


@pytest.mark.parametrize("number", range(len(WORDS) - 1))
def test_a_terminal_only_shows_what_a_server_says(openai_server, number):
    base = ("--model", "openai/tiny", "--api-base", f"{openai_server.url}/v1", "--retries", "0")
    flags = ("--usage", "--verbose", "--stream")
    for script in scripts(WORDS[number]):
        openai_server.play(script)
        check(*at_a_terminal("chat", "hi", "--provider", "litellm", *base, *flags))


def test_a_terminal_only_shows_the_name_of_a_file_for_the_answer(openai_server):
    openai_server.play(Script(end="fin"))
    base = ("--model", "openai/tiny", "--api-base", f"{openai_server.url}/v1", "--stream")
    for word in WORDS:
        out = ("--out", word.replace("/", ""), "--keep-partial")
        code, written = at_a_terminal("chat", "hi", "--provider", "litellm", *base, *out)
        check(code, written)
        assert "note: the partial answer is in " in written
