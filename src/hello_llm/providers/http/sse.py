"""Splits the body of a streamed answer into frames: server-sent events or JSON lines."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

_SSE_LINE_END = re.compile(rb"\r\n|\n|\r")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""A body may begin with it."""
END_MARK = b"[DONE]"
"""The data of the last event from most vendors."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One piece of a streamed answer, as the server framed it."""

    data: bytes
    """Its data."""
    event: bytes = b""
    """The name of the event, if it has one."""


class FrameReader(Protocol):
    """Reads frames from bytes that arrive in chunks of any size."""

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Yield the frames that `chunk` completes."""
        ...

    def close(self) -> Iterator[Frame]:
        """Yield the last frame, if the body ended before completing it."""
        ...


@dataclass(slots=True)
class _Lines:
    """Splits bytes into lines; the chunks of an unfinished line are kept until it ends."""

    end: re.Pattern[bytes]
    _pieces: list[bytes] = field(default_factory=list)
    _begun: bool = False
    _held: bytes = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the lines that `chunk` completes."""
        self._pieces.append(chunk)
        if not (self._held or self.end.search(chunk)):
            return []
        text = b"".join(self._pieces)
        if not self._begun:
            self._begun, text = True, text.removeprefix(BYTE_ORDER_MARK)
        # A CR at the end may be half of a CRLF.
        self._held = b"\r" if text.endswith(b"\r") and self.end.match(b"\r") else b""
        *lines, rest = self.end.split(text.removesuffix(self._held))
        self._pieces = [rest + self._held]
        return lines

    def close(self) -> bytes:
        """Return the last line, which has no line ending."""
        return b"".join(self._pieces).rstrip(b"\r\n").removeprefix(BYTE_ORDER_MARK)


class EventReader:
    """Reads server-sent events; see the HTML standard, section 9.2.6."""

    def __init__(self) -> None:
        """Begin at the start of a body."""
        self._lines = _Lines(_SSE_LINE_END)
        self._event = b""
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Yield the events that `chunk` completes; skip comments and events without data."""
        for line in self._lines.feed(chunk):
            if line:
                yield from self._take(line)
            else:
                yield from self._dispatch()

    def close(self) -> Iterator[Frame]:
        """Yield the last event, if no blank line ended it."""
        yield from self._take(self._lines.close())
        yield from self._dispatch()

    def _take(self, line: bytes) -> Iterator[Frame]:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            if self._data and self._is_next(value):
                yield from self._dispatch()
            if not value.startswith(b":"):  # a comment that was wrapped as data
                self._data.append(value)
            if value.strip() == END_MARK:  # nothing follows, perhaps not even a blank line
                yield from self._dispatch()
        elif name == b"event":
            if self._data and self._is_next(value):
                yield from self._dispatch()
            self._event = value

    def _is_next(self, value: bytes) -> bool:
        """Return whether the data before `value` is complete; some servers don't end events."""
        # Within one JSON object, only a string can go on like this after a closing brace.
        ends = self._data[-1].rstrip().endswith(b"}")
        if not ends or value.lstrip()[:1] in b",]}":
            return False
        try:
            json.loads(b"\n".join(self._data), strict=False)
        except (ValueError, RecursionError):
            return False
        return True

    def _dispatch(self) -> Iterator[Frame]:
        data, event = b"\n".join(self._data).strip(), self._event.strip()
        self._data, self._event = [], b""
        if data:
            yield Frame(data, event)


class JsonLinesReader:
    """Reads a body that has a JSON value on each line; blank lines are skipped."""

    def __init__(self) -> None:
        """Begin at the start of a body."""
        self._lines = _Lines(re.compile(rb"\n"))

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Yield the lines that `chunk` completes."""
        yield from map(Frame, filter(None, map(bytes.strip, self._lines.feed(chunk))))

    def close(self) -> Iterator[Frame]:
        """Yield the last line, if it has no line ending."""
        yield from map(Frame, filter(None, [self._lines.close().strip()]))
