"""The outside world: size, closed streams, writing."""

import errno
import io
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hello_llm.rendering.terminal import ClosedStream, Terminal
from tests.cli.calls import Window
from tests.cli.calls import usable as is_usable
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


def writing_to(stream: Any) -> Terminal:
    return Terminal(io.BytesIO(), stream, io.BytesIO())


@pytest.mark.parametrize("opened", [os.pipe, socket.socketpair], ids=["pipe", "socket"])
def test_a_reader_that_left_is_noticed_though_nothing_is_written(opened):
    reading, writing = opened()
    if isinstance(reading, int):
        reading, writing = open(reading, "rb"), open(writing, "wb", buffering=0)  # noqa: PTH123, SIM115 - descriptors
    with writing:
        with reading:
            writing_to(writing).check_reader()
        with pytest.raises(BrokenPipeError, match="Broken pipe"):
            writing_to(writing).check_reader()


def test_where_nobody_can_leave_there_is_nothing_to_notice(tmp_path):
    closed = (tmp_path / "closed").open("wb")
    closed.close()
    with (tmp_path / "file").open("wb") as file, Path(os.devnull).open("wb") as nothing:
        for stream in (file, nothing, closed, io.BytesIO(), ClosedStream()):
            writing_to(stream).check_reader()


# A screen in the state in which a frame that was cut in its middle may leave it.
_CUT = b"\x1b[31m\x1b[?25l\x1b[?7lhalf a fra"


@pytest.mark.parametrize(
    ("streams", "term", "usable"),
    [
        ("2", "xterm", True),
        ("1", "xterm", True),
        ("12", "xterm", True),
        ("", "xterm", False),
        ("2", "dumb", False),
    ],
)
def test_the_screen_is_put_back_whichever_stream_shows_it(streams, term, usable):
    window = Window()
    window.screen.write(_CUT)
    program = "from hello_llm.rendering.terminal import put_back as end; end()"
    with Path(window.path).open("wb") as slave:
        subprocess.run(
            [sys.executable, "-c", program],
            stdin=subprocess.DEVNULL,
            stdout=slave if "1" in streams else subprocess.DEVNULL,
            stderr=slave if "2" in streams else subprocess.DEVNULL,
            env=os.environ | {"TERM": term},
            check=True,
        )
    assert is_usable(window.screen) is usable
    window.close()
