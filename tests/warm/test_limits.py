"""A call under a limit of its shell ends with an answer or a sentence, whoever answers it."""

import subprocess

import pytest

from tests.cli.calls import asking
from tests.warm.comparing import calls_of
from tests.warm.running import COMMAND
from tests.warm.test_hand_over import bash

PATIENCE_S = 120.0
KIB = (200_000, 300_000, 600_000)
ANSWER = "Hello! You said: hi\n"


@pytest.mark.parametrize(
    "limit", ["-v 500000", "-d 500000", "-s 4096", "-n 64", "-u 5000", "-f 1000", "-t 100", "-l 8"]
)
def test_the_callers_limits_hold_in_a_cold_call(warm, limit):
    before = calls_of(warm)
    ended = bash(f'ulimit {limit}; "$@" chat hi --verbose')
    assert (ended.code, ended.stdout) == (0, ANSWER.encode())
    assert "note: warm: no, it has other resource limits\n" in ended.stderr
    assert calls_of(warm) == before


def test_a_file_that_would_be_larger_than_the_caller_may_write_is_not_written(warm, tmp_path):
    out = tmp_path / "answer"
    ended = bash(
        'head -c 20000 /dev/zero | tr "\\0" x | (ulimit -f 1; "$@" chat --out "$OUT")',
        OUT=str(out),
    )
    assert ended.code == 13
    assert not out.exists()


@pytest.mark.parametrize("kib", KIB)
def test_under_a_limit_of_memory_there_is_an_answer_or_a_sentence(warm, openai_server, kib):
    ended = _limited(kib, *COMMAND, *asking(f"{openai_server.url}/v1", "--timeout", "60"))
    _is_answer_or_sentence(ended)


@pytest.mark.parametrize("kib", KIB)
def test_where_both_are_under_it_too(runtime, openai_server, kib):
    started = _limited(kib, *COMMAND, "warm", "start")
    assert started.returncode in {0, 2}
    if started.returncode == 2:
        error, hint = started.stderr.splitlines()
        assert error.startswith("error: the warm process: ")
        assert hint.startswith("hint: ")
    ended = _limited(kib, *COMMAND, *asking(f"{openai_server.url}/v1", "--timeout", "60"))
    _is_answer_or_sentence(ended)


def _limited(kib, *command):
    return subprocess.run(
        ["prlimit", f"--as={kib * 1024}", *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def _is_answer_or_sentence(ended):
    if ended.returncode == 0:
        assert ended.stdout == "Hello, world!\n"
    else:
        assert "Traceback" not in ended.stderr
        assert ended.stderr.startswith("error: ")
