"""Converts a body that is not a reply into JSON or text, whatever its format."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

_LONGEST = 64 * 2**10
_MOST_PAIRS = 16
_EVENT = re.compile(r"(?:(?::|event:|id:|retry:)[^\n]*(?:\n\s*|$))*(?:data:\s*)?")
"""The lines before the data of a server-sent event, or all of them if it has no data."""

_PAGE = re.compile(r"<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_ELEMENT = re.compile(
    r"<(?:\w+:)?(\w*(?:message|code|faultstring|detail))(?:\s[^<>]*)?>([^<>]+)<", re.IGNORECASE
)
_PAIR = re.compile(
    r'"(\w{0,20}(?:message|msg|detail|code|type))"\s*:\s*"((?:[^"\\]|\\.)*)"', re.IGNORECASE
)


def parse_body(text: str) -> Any:  # noqa: ANN401 - whatever JSON the server sent
    """Return the JSON in `text`, or its plain text; empty for an HTML page, which can't be quoted.

    For XML and truncated JSON, return the recognizable fields as an object of strings.

    Args:
        text: JSON, JSON lines, server-sent events, XML or plain text.
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
    """Return whether `body` contains anything besides keep-alive lines."""
    return bool(_EVENT.sub("", body.decode("utf-8-sig", errors="replace").strip(), count=1))


def _pairs(found: Iterator[re.Match[str]]) -> dict[str, str] | str:
    return {pair[1]: pair[2].strip() for pair in islice(found, _MOST_PAIRS)} or ""
