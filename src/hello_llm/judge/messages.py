"""The protocol between a run and its judge process.

The run sends jobs, one at a time: a line with the length of the job and the modules that it needs,
then the job as JSON. The process writes a line of JSON for each item: ``null`` if nothing is wrong
with it, or a list of strings that explain what is. A line that begins with ``{`` ends the job.
"""

import json
from collections.abc import Mapping, Sequence
from io import FileIO
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Self

READY = b"ready\n"
"""The first line that the process writes."""
ABORT = b"abort\n"
"""Aborts the current job, if there is one; its end is reported like any other."""


class Job(NamedTuple):
    """A job for a judge process.

    A tuple, like the other types here: data classes would cost a fifth of the process's start-up.
    """

    action: Literal["validate", "judge"]
    """Whether to validate the items themselves, or to judge the answer by them."""
    items: Sequence[tuple[str, Any]]
    """The key of each assertion, and the value it expects."""
    text: str = ""
    """The answer."""
    folder: str = "."
    """The working folder of programs."""
    environ: Mapping[str, str] = MappingProxyType({})
    """The environment of programs."""

    def encode(self, imports: Sequence[str]) -> bytes:
        """Encode the job for sending; `imports` are the modules to load before it starts."""
        body = json.dumps({**self._asdict(), "environ": dict(self.environ)}).encode()
        return f"{' '.join([str(len(body)), *imports])}\n".encode() + body

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Decode a job from `body`, the part of :meth:`encode`'s result after the first line."""
        return cls(**json.loads(body))


class End(NamedTuple):
    """How a job ended."""

    why: str = ""
    """What cut it short, as a clause; empty if all items were answered or it was aborted."""

    def encode(self) -> bytes:
        """Encode the end as a line; the newline before it terminates a line that was cut off."""
        return f"\n{json.dumps({'why': self.why})}\n".encode()


Answer = list[str] | None
"""What is wrong with an item: ``None`` for nothing, or a message and perhaps a hint."""


def encode_answer(answer: Answer) -> bytes:
    """Encode `answer` as a line."""
    return json.dumps(answer).encode() + b"\n"


def decode_line(line: bytes) -> list[Answer] | End:
    """Decode `line` to a list of one answer (empty if it was cut off), or to the end of the job."""
    try:
        content = json.loads(line)
    except ValueError:
        return []
    return End(**content) if isinstance(content, dict) else [content]


def read_job(source: FileIO, length: int) -> bytes:
    """Read `length` bytes from `source`; fewer if it ends early."""
    body = bytearray()
    while len(body) < length and (piece := source.read(length - len(body))):
        body += piece
    return bytes(body)
