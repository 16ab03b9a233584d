"""Runs the program: in this process where that is enough, else in one of its own."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import jsonschema

from hello_llm.cli.app import run
from hello_llm.rendering.json.schemas import load_schema

COMMAND = (sys.executable, "-m", "hello_llm")


@dataclass(frozen=True, slots=True)
class Ended:
    """What is left of one run."""

    code: int
    """The exit code."""
    stdout: bytes
    """All of standard output."""
    stderr: str
    """All of standard error."""

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.stdout.decode()

    @property
    def document(self) -> dict[str, Any]:
        """The one document on standard output, checked against the schema that ships."""
        line, end = self.text.split("\n")
        assert end == ""
        document: dict[str, Any] = json.loads(line)
        jsonschema.validate(document, load_schema("reply"))
        return document

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events on standard output, each checked against the schema that ships."""
        *lines, end = self.text.split("\n")
        assert end == ""
        events = [json.loads(line) for line in lines]
        for event in events:
            jsonschema.validate(event, load_schema("events"))
        return events


def program(*arguments: object, stdin: bytes | None = None) -> Ended:
    """Run the program in this process; where a warm process runs, that is asked.

    Args:
        arguments: the command line.
        stdin: what is piped in; ``None`` is the null device.
    """
    if Path(os.environ["XDG_RUNTIME_DIR"], "hello-llm").exists():
        return child(*arguments, stdin=stdin)
    out, err = io.BytesIO(), io.BytesIO()
    with (
        _stdin(stdin),
        redirect_stdout(io.TextIOWrapper(out, write_through=True)),
        redirect_stderr(io.TextIOWrapper(err, write_through=True)),
        _handlers_kept(),
    ):
        code = run([str(argument) for argument in arguments])
        return Ended(code, out.getvalue(), err.getvalue().decode())


@contextmanager
def _stdin(piped: bytes | None) -> Iterator[None]:
    if piped is None:
        reading = os.open(os.devnull, os.O_RDONLY)
    else:
        reading, writing = os.pipe()
        os.write(writing, piped)
        os.close(writing)
    with open(reading, encoding="utf-8") as stdin, patch.object(sys, "stdin", stdin):  # noqa: PTH123 - a descriptor
        yield


@contextmanager
def _handlers_kept() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    handlers = {number: signal.getsignal(number) for number in numbers}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def child(*arguments: object, stdin: bytes | None = None, **environ: str) -> Ended:
    """Run the program in a process of its own, with `environ` added to the environment."""
    ended = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        check=False,
        env=os.environ | environ,
        stdin=subprocess.DEVNULL if stdin is None else None,
        input=stdin,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr.decode())


def start(arguments: Sequence[object]) -> subprocess.Popen[str]:
    """Start the program in a process of its own, and go on."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def shell(command: str, **environ: str) -> Ended:
    """Run `command` by the shell, in which ``"$@"`` is the program."""
    ended = subprocess.run(
        ["sh", "-c", command, "sh", *COMMAND],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env=os.environ | environ,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr.decode())
