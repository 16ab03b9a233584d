"""What a run and its judge process say to each other.

The run sends jobs, one at a time: a line with the modules that it needs and its length, then the
job as JSON. The process writes a line of JSON for each item: ``null`` if nothing is wrong with it,
or a list of texts that say what is. The line that begins with ``{`` is the end of the job.
"""

import json
from collections.abc import Mapping, Sequence
from io import FileIO
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Self

READY = b"ready\n"
"""The first line of the process."""
ABORT = b"abort\n"
"""Ends the job, if one is being done; its end is told as that of any other."""


class Job(NamedTuple):
    """What is to be found out.

    A tuple, as the others here: data classes would take a fifth of the start of the process.
    """

    action: Literal["validate", "judge"]
    """Whether the items are looked at themselves, or an answer is judged by them."""
    items: Sequence[tuple[str, Any]]
    """The key of each assertion, and what it expects."""
    text: str = ""
    """The answer."""
    folder: str = "."
    """Where programs start."""
    environ: Mapping[str, str] = MappingProxyType({})
    """The environment of programs."""

    def encode(self, imports: Sequence[str]) -> bytes:
        """Return the job as it is sent; `imports` are the modules to load before it is begun."""
        body = json.dumps({**self._asdict(), "environ": dict(self.environ)}).encode()
        return f"{' '.join([str(len(body)), *imports])}\n".encode() + body

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Return the job in `body`, which is what :meth:`encode` put behind the first line."""
        return cls(**json.loads(body))


class End(NamedTuple):
    """How a job ended."""

    why: str = ""
    """What cut it short, in a clause; nothing if every item was answered or it was aborted."""

    def encode(self) -> bytes:
        """Return the line; the line end before it closes one that was cut off."""
        return f"\n{json.dumps({'why': self.why})}\n".encode()


Answer = list[str] | None
"""What is wrong with an item: nothing; or a text, and perhaps a hint behind it."""


def encode_answer(answer: Answer) -> bytes:
    """Return the line that holds `answer`."""
    return json.dumps(answer).encode() + b"\n"


def decode_line(line: bytes) -> list[Answer] | End:
    """Return the answer in `line` as the only one of a list, none if it was cut off, or the end."""
    try:
        content = json.loads(line)
    except ValueError:
        return []
    return End(**content) if isinstance(content, dict) else [content]


def read_job(source: FileIO, length: int) -> bytes:
    """Return `length` bytes of `source`; fewer if it ends before."""
    body = bytearray()
    while len(body) < length and (piece := source.read(length - len(body))):
        body += piece
    return bytes(body)
