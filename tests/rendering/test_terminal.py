"""The outside world: size, closed streams, writing."""

import errno
import io
import os
import subprocess
import sys

import pytest

from hello_llm.rendering.terminal import ClosedStream, Terminal
from tests.rendering.screens import Pipes


def terminal(screen: tuple[int, int] | None, **environ: str) -> Terminal:
    return Terminal(
        io.BytesIO(), io.BytesIO(), io.BytesIO(), environ=environ, ask_size=lambda: screen
    )


@pytest.mark.parametrize(
    ("screen", "environ", "size"),
    [
        (None, {}, (80, 24)),
        (None, {"COLUMNS": "132", "LINES": "50"}, (132, 50)),
        (None, {"COLUMNS": "0", "LINES": "many"}, (80, 24)),
        ((100, 40), {}, (100, 40)),
        ((100, 40), {"COLUMNS": "60", "LINES": "5"}, (60, 40)),
        ((100, 40), {"COLUMNS": "200"}, (100, 40)),
    ],
)
def test_columns_stands_for_a_missing_screen_and_narrows_a_real_one(screen, environ, size):
    assert terminal(screen, **environ).size() == size


def test_the_size_is_asked_for_again_each_time():
    sizes = iter([(80, 24), (60, 20)])
    screen = Terminal(io.BytesIO(), io.BytesIO(), io.BytesIO(), ask_size=lambda: next(sizes))
    assert [screen.size(), screen.size()] == [(80, 24), (60, 20)]


@pytest.mark.parametrize("term", ["dumb", "unknown", "DUMB"])
def test_a_dumb_terminal_says_so(term):
    assert terminal(None, TERM=term).dumb


def test_other_terminals_are_not_dumb():
    assert not terminal(None, TERM="xterm").dumb
    assert not terminal(None).dumb


class _Trickle(io.RawIOBase):
    """Takes three bytes at a time, and now and then none."""

    def __init__(self) -> None:
        self.taken = b""
        self._calls = 0
        self._read_end, self._write_end = os.pipe()

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._write_end

    def write(self, data, /):
        self._calls += 1
        if self._calls % 3 == 0:
            return None
        self.taken += bytes(data[:3])
        return len(data[:3])

    def close(self) -> None:
        if not self.closed:
            os.close(self._read_end)
            os.close(self._write_end)
        super().close()


def test_everything_is_written_although_the_stream_takes_little_or_would_block():
    with _Trickle() as stream:
        Terminal(io.BytesIO(), stream, io.BytesIO()).write_stdout(b"0123456789" * 5)
        assert stream.taken == b"0123456789" * 5


class _Full(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, _data, /):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_an_error_on_standard_output_and_none_on_standard_error():
    full = Terminal(io.BytesIO(), _Full(), _Full())
    full.write_stderr(b"lost")
    with pytest.raises(OSError, match="No space left"):
        full.write_stdout(b"lost")


def test_a_stream_closed_meanwhile_swallows_what_is_said_on_standard_error():
    stream = io.BytesIO()
    stream.close()
    Terminal(io.BytesIO(), io.BytesIO(), stream).write_stderr(b"lost")


def test_a_stream_closed_before_the_start_reads_as_empty_and_refuses_writing():
    assert ClosedStream().read() == b""
    with pytest.raises(OSError, match="closed"):
        ClosedStream().write(b"x")


_PROGRAM = """
import sys
from hello_llm.rendering.terminal import Terminal
terminal = Terminal.real()
terminal.write_stderr(b"said\\n")
terminal.write_stderr(repr(terminal.stdin.read()).encode() + b"\\n")
try:
    terminal.write_stdout("\\u00e9\\U0001f600".encode())
except OSError:
    sys.exit(13)
"""


def _run(redirection: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "{sys.executable}" -c "$PROGRAM" {redirection}'],
        env={**os.environ, "PROGRAM": _PROGRAM, "LANG": "C", "LC_ALL": "C"},
        input=b"in",
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("redirection", "code", "out", "err"),
    [
        ("", 0, "é😀".encode(), b"said\nb'in'\n"),
        ("<&-", 0, "é😀".encode(), b"said\nb''\n"),
        (">&-", 13, b"", b"said\nb'in'\n"),
        ("2>&-", 0, "é😀".encode(), b""),
        (">/dev/full", 13, b"", b"said\nb'in'\n"),
        ("2>/dev/full", 0, "é😀".encode(), b""),
    ],
)
def test_any_stream_may_be_closed_or_full_and_output_is_utf8_in_any_locale(
    redirection, code, out, err
):
    done = _run(redirection)
    assert (done.returncode, done.stdout, done.stderr) == (code, out, err)


def test_nothing_is_a_terminal_in_a_pipe():
    assert not Pipes().terminal.stdout_is_tty
