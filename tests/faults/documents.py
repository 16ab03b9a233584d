"""Reads what the program wrote to standard output, in each of the forms."""

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.faults.fault import Form

_LONE_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Answer:
    """What standard output says."""

    text: str | None
    """The answer, or None where the form is broken."""
    document: dict[str, Any] | None
    """The document of the JSON forms."""
    retries: int | None = None
    """How many retries the events told of."""
    trouble: tuple[str, ...] = ()
    """What is wrong with the form."""


def read_answer(form: Form, stdout: bytes) -> Answer:
    """Read `stdout`, which is in `form`."""
    try:
        match form:
            case "stream":
                return Answer(stdout.decode(), None)
            case "ndjson":
                return _events([json.loads(line) for line in stdout.splitlines()])
            case "whole":
                return _document(json.loads(stdout))
    except (ValueError, KeyError, TypeError) as error:
        return Answer(None, None, trouble=(f"stdout is not {form}: {error!r}",))


def printed(text: str, *, ok: bool) -> str:
    """Return how `text` looks in a pipe: ended by a line break, half a character replaced."""
    shown = _LONE_HALF.sub("\ufffd", text)
    needed = ok if not shown else not shown.endswith("\n")
    return shown + "\n" * needed


def _document(document: dict[str, Any]) -> Answer:
    return Answer(document["text"], document)


def _events(events: list[dict[str, Any]]) -> Answer:
    kinds = [event["event"] for event in events]
    trouble = []
    if kinds[:1] != ["start"]:
        trouble.append("the first event is not start")
    if not kinds or kinds[-1] not in {"end", "error"}:
        trouble.append("the last event is neither end nor error")
        return Answer(None, None, trouble=tuple(trouble))
    if sum(kind in {"start", "end", "error"} for kind in kinds) > 2:
        trouble.append("there is more than one start or end")
    document = events[-1]
    joined = "".join(event["text"] for event in events if event["event"] == "delta")
    if joined != document["text"]:
        trouble.append("the deltas joined are not the text of the document")
    return Answer(document["text"], document, kinds.count("retry"), tuple(trouble))
