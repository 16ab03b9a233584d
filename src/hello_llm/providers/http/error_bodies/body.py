"""Turns the body of an answer that is no reply into JSON or words, whatever its format."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

_LONGEST = 64 * 2**10
_MOST_PAIRS = 16
_EVENT = re.compile(r"(?:(?::|event:|id:|retry:)[^\n]*(?:\n\s*|$))*(?:data:\s*)?")
"""What stands before the data of a server-sent event, or in its place where nothing was said."""

_PAGE = re.compile(r"<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_ELEMENT = re.compile(
    r"<(?:\w+:)?(\w*(?:message|code|faultstring|detail))(?:\s[^<>]*)?>([^<>]+)<", re.IGNORECASE
)
_PAIR = re.compile(
    r'"(\w{0,20}(?:message|msg|detail|code|type))"\s*:\s*"((?:[^"\\]|\\.)*)"', re.IGNORECASE
)


def parse_body(text: str) -> Any:  # noqa: ANN401 - whatever JSON the server sent
    """Return the JSON in `text`, or its words; a page of HTML has none that can be quoted.

    Of XML, and of JSON that is cut off, what can be told is returned as an object of strings.

    Args:
        text: JSON, JSON on each line, server-sent events, XML or plain words.
    """
    text = text[:_LONGEST].strip()
    text = _EVENT.sub("", text, count=1)
    if text.startswith("<"):
        return "" if _PAGE.search(text) else _pairs(_ELEMENT.finditer(text))
    if not text.startswith(("{", "[", '"')):
        return text
    try:
        return json.JSONDecoder().raw_decode(text)[0]
    except (ValueError, RecursionError):
        return _pairs(_PAIR.finditer(text))


def says_anything(body: bytes) -> bool:
    """Tell whether `body` holds more than signs of life."""
    return bool(_EVENT.sub("", body.decode("utf-8-sig", errors="replace").strip(), count=1))


def _pairs(found: Iterator[re.Match[str]]) -> dict[str, str] | str:
    return {pair[1]: pair[2].strip() for pair in islice(found, _MOST_PAIRS)} or ""
