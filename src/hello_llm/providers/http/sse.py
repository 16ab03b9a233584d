"""Takes the body of a streamed answer apart: server-sent events, or JSON on each line."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

_SSE_LINE_END = re.compile(rb"\r\n|\n|\r")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""May stand before the first character of a body."""
END_MARK = b"[DONE]"
"""The data of the last event, for most vendors."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One piece of a streamed answer, as the server framed it."""

    data: bytes
    """What it holds."""
    event: bytes = b""
    """The name of the event, where it has one."""


class FrameReader(Protocol):
    """Reads frames from bytes that come in pieces of any size."""

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Yield the frames that `chunk` completes."""
        ...

    def close(self) -> Iterator[Frame]:
        """Yield the last frame, which the end of the body cut off."""
        ...


@dataclass(slots=True)
class _Lines:
    """Splits bytes at the ends of lines; what is not ended yet is kept in its pieces."""

    end: re.Pattern[bytes]
    _pieces: list[bytes] = field(default_factory=list)
    _begun: bool = False
    _held: bytes = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the lines that `chunk` ends."""
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
        """Return the line that was not ended."""
        return b"".join(self._pieces).rstrip(b"\r\n").removeprefix(BYTE_ORDER_MARK)


class EventReader:
    """Reads server-sent events; see the HTML standard, section 9.2.6."""

    def __init__(self) -> None:
        """Begin at the start of a body."""
        self._lines = _Lines(_SSE_LINE_END)
        self._event = b""
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Yield the events that `chunk` ends; comments and events without data are none."""
        for line in self._lines.feed(chunk):
            if line:
                yield from self._take(line)
            else:
                yield from self._dispatch()

    def close(self) -> Iterator[Frame]:
        """Yield the event that no blank line ended."""
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
        """Tell whether the data before `value` is complete; not every server ends its events."""
        # Within one JSON object nothing follows a closing brace like this but in a text.
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
    """Reads the lines of a body, each of which holds a JSON value; blank lines hold none."""

    def __init__(self) -> None:
        """Begin at the start of a body."""
        self._lines = _Lines(re.compile(rb"\n"))

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Yield the lines that `chunk` ends."""
        yield from map(Frame, filter(None, map(bytes.strip, self._lines.feed(chunk))))

    def close(self) -> Iterator[Frame]:
        """Yield the line that was not ended."""
        yield from map(Frame, filter(None, [self._lines.close().strip()]))
