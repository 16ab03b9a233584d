"""A warm call leaves the same bytes and the same exit code as a cold one."""

import socket
from dataclasses import replace

import pytest

from tests.cli.program import shell
from tests.servers import OpenAI, Script, ScriptedServer
from tests.warm.comparing import both, untimed

_LITELLM = "--provider litellm --model openai/x --retries 0 --api-base"


@pytest.fixture
def left(warm, tmp_path):
    """Returns what is left of a command of the shell, made cold and warm."""

    def left(command, **environ):
        def call():
            ended = shell(command, **environ)
            stdout, stderr = untimed(ended.stdout.decode()).encode(), untimed(ended.stderr)
            return replace(ended, stdout=stdout, stderr=stderr)

        return both(warm, call, tmp_path / "none")

    return left


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ('"$@" chat hi', 0),
        ('"$@" chat hi --stream', 0),
        ('"$@" chat hi --json', 0),
        ('"$@" chat hi --stream --json', 0),
        ('"$@" chat hi --usage', 0),
        ('"$@" chat hi --usage --stream --color always', 0),
        ('"$@" chat hi --output rich --color always', 0),
        ('"$@" chat hi --dry-run', 0),
        ('"$@" chat', 0),
        ('printf data | "$@" chat hi', 0),
        ('printf data | "$@" chat hi --no-stdin', 0),
        ('"$@" chat hi --no-stdin </dev/zero', 0),
        ('printf "" | "$@" chat', 0),
        ('printf "" | "$@" chat --system Review.', 2),
        ("printf '\\377' | \"$@\" chat", 2),
        ('"$@" chat hi <&-', 0),
        ('"$@" chat hi >&-', 13),
        ('"$@" chat hi 2>&-', 0),
        ('"$@" chat hi --nonsense 2>&-', 2),
        ('"$@" chat hi >&- 2>&-', 13),
        ('"$@" chat hi <&- >&- 2>&-', 13),
        ('"$@" chat hi >/dev/full', 13),
        ('"$@" chat hi --stream --json >/dev/full', 13),
        ('"$@" chat --nonsense 2>/dev/full', 2),
        ('"$@" chat hi >/dev/null', 0),
        ('"$@" chat hi >"$HOME/out" && cat "$HOME/out"', 0),
        ('"$@" chat hi --usage >"$HOME/out" 2>&1 && cat "$HOME/out"', 0),
        ('"$@" chat --help', 0),
        ('COLUMNS=50 "$@" chat --help', 0),
        ('"$@" chat hi --nonsense', 2),
        ('"$@" chat hi --temperature hot', 2),
        ('"$@" chat ""', 2),
        ('"$@" chat hi --provider openai', 2),
        ('"$@" chat hi --profile absent', 2),
        ('"$@" chat hi --config absent.toml', 2),
        ('"$@" chat hi --provider litellm --model x', 2),
        ('"$@" chat hi --provider litellm --model openai/x', 3),
    ],
)
def test_of_any_command_the_same_is_left(left, command, code):
    assert left(command).code == code


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        ("", 0),
        ("--stream --json", 0),
        ("--usage --stream", 0),
    ],
)
def test_of_an_answer_by_litellm_the_same_is_left(left, openai_server, flags, code):
    # Pieces that arrive together become one, so two runs may differ in how many there are.
    openai_server.play(Script(chunks=("Hello, world!",)))
    ended = left(f'"$@" chat hi {_LITELLM} {openai_server.url}/v1 {flags}')
    assert ended.code == code
    assert b"Hello" in ended.stdout
    cold, warm = openai_server.requests
    assert (warm.line, warm.body, warm.headers) == (cold.line, cold.body, cold.headers)


@pytest.mark.parametrize(("status", "code"), [(401, 3), (503, 8)])
def test_of_a_refusal_the_same_is_left(left, status, code):
    with ScriptedServer(OpenAI(), Script(status=status)) as server:
        ended = left(f'"$@" chat hi {_LITELLM} {server.url}/v1 --json')
    assert ended.code == code
    assert ended.document["error"]["status"] == status


def test_of_a_cut_stream_the_same_is_left(left):
    with ScriptedServer(OpenAI(), Script(end="rst", chunks=("half", " of"))) as server:
        ended = left(f'"$@" chat hi {_LITELLM} {server.url}/v1 --stream')
    assert (ended.code, ended.stdout) == (9, b"half of\n")


def test_of_a_server_that_is_not_there_the_same_is_left(left):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert left(f'"$@" chat hi {_LITELLM} http://127.0.0.1:{port}/v1').code == 6


_LONG = "head -c 300000 /dev/zero | tr '\\0' x"


@pytest.mark.parametrize("flags", ["--stream", "", "--stream --json", "--json"])
def test_of_a_reader_that_leaves_the_same_is_left(left, flags):
    tell = f'{{ {_LONG} | "$@" chat {flags}; echo $? >"$HOME/code"; }} | head -c 1'
    ended = left(f'{tell}; cat "$HOME/code"')
    assert ended.stdout[1:] == b"141\n"
    assert ended.stderr == ""


def test_of_much_text_in_both_directions_the_same_is_left(left):
    ended = left(f'{_LONG} | "$@" chat --stream')
    assert ended.code == 0
    assert ended.stdout.count(b"x") >= 300_000
