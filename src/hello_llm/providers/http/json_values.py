"""Finds the JSON objects in the body of an answer, however the server framed them."""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from hello_llm.providers.http.protocols.piece import Json, UnreadableAnswerError
from hello_llm.providers.http.sse import (
    BYTE_ORDER_MARK,
    END_MARK,
    EventReader,
    FrameReader,
    JsonLinesReader,
)

_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")
_NO_OBJECT = "something that is not a JSON object"
_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True)
class Value:
    """A JSON object in the body, or the mark of its end."""

    json: Json | None
    """The object, or ``None`` for the end mark."""
    event: bytes = b""
    """The name of the event, if it has one."""
    alone: bool = False
    """Whether it is the whole body."""


def parse(data: bytes) -> Any:  # noqa: ANN401 - whatever JSON the server sent
    """Parse the JSON in `data`; strings may contain unescaped control characters.

    Raises:
        ValueError: `data` is not valid JSON, or it is nested too deeply.
    """
    text = data.removeprefix(BYTE_ORDER_MARK).decode(errors="replace")
    try:
        return _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def values_in(chunks: Iterator[bytes], *, by_lines: bool, streamed: bool) -> Iterator[Value | None]:
    """Yield the JSON objects in the body that arrives in `chunks`, and ``None`` after each chunk.

    At ``None``, all values that have arrived have been yielded; the next may take a while.

    The request does not settle the format: some servers answer a request for a stream in one
    piece, and others the reverse. A body that is neither JSON nor events yields nothing.

    Args:
        chunks: the body.
        by_lines: whether JSON lines were requested, rather than events.
        streamed: whether a stream was requested.

    Raises:
        UnreadableAnswerError: something in the body is not a JSON object.
    """
    head = b""
    for chunk in chunks:
        head = (head + chunk).lstrip().removeprefix(BYTE_ORDER_MARK).lstrip()
        # The shortest beginning that reveals the format; a byte order mark may be split in two.
        if len(head) >= len(b"event:") or (head and head[:1] in b"{["):
            break
    body = chain([head], chunks)
    if head.startswith(_FIELDS):
        yield from _framed(body, EventReader())
    elif by_lines and (streamed and not head.startswith(b"[")):
        yield from _lines(body)
    elif head.startswith((b"{", b"[")):
        yield from _document(b"".join(body))
    elif streamed:
        yield from _framed(body, EventReader())
    else:
        deque(body, maxlen=0)


def _framed(chunks: Iterator[bytes], reader: FrameReader) -> Iterator[Value | None]:
    for chunk in chunks:
        for frame in reader.feed(chunk):
            yield _value(frame.data, frame.event)
        yield None
    for frame in reader.close():
        # Ignore a last frame that was cut off.
        try:
            value = _value(frame.data, frame.event)
        except UnreadableAnswerError:
            return
        yield value


def _value(data: bytes, event: bytes = b"") -> Value:
    if data == END_MARK:
        return Value(None, event)
    try:
        value = parse(data)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise UnreadableAnswerError(_NO_OBJECT)
    return Value(value, event)


def _lines(chunks: Iterator[bytes]) -> Iterator[Value | None]:
    """Yield the object on each line; a first line that is not JSON may begin a document."""
    reader = JsonLinesReader()
    begun: list[bytes] | None = []
    for chunk in chunks:
        if begun is not None:
            begun.append(chunk)
        for frame in reader.feed(chunk):
            if begun is not None and not _is_json(frame.data):
                yield from _document(b"".join(chain(begun, chunks)))
                return
            begun = None
            yield _value(frame.data)
        yield None
    if begun is not None:
        yield from _document(b"".join(begun))
    else:
        yield from _framed(iter(()), reader)


def _is_json(data: bytes) -> bool:
    try:
        parse(data)
    except ValueError:
        return False
    return True


def _document(body: bytes) -> Iterator[Value]:
    """Yield the objects of a body in one piece: a single one, a list, or several in a row."""
    try:
        found = [parse(body)]
    except ValueError:
        found = list(_one_after_the_other(body.decode("utf-8-sig", errors="replace")))
    if len(found) == 1 and isinstance(found[0], list):
        found = found[0] or [None]
    for value in found:
        if not isinstance(value, dict):
            raise UnreadableAnswerError(_NO_OBJECT)
        yield Value(value, alone=len(found) == 1)


def _one_after_the_other(text: str) -> Iterator[Any]:
    """Yield the JSON values in `text`, which only whitespace separates.

    Raises:
        UnreadableAnswerError: `text` ends in the middle of a value.
    """
    place = 0
    while place < len(text):
        try:
            value, place = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            raise UnreadableAnswerError("half of a JSON document") from None
        yield value
        while place < len(text) and text[place] in _SPACE:
            place += 1
