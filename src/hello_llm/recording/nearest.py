"""Finds the recorded request nearest to a new one, and names the differences."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hello_llm.contract import ChatRequest, UsageError
from hello_llm.recording.document import request_document
from hello_llm.recording.exchange import Exchange

_SHOWN = 40
_BEFORE = 15


def not_recorded(asked: ChatRequest, recorded: Sequence[Exchange], path: Path) -> UsageError:
    """Build the error for the request `asked`, which is not among those `recorded` in `path`."""
    wanted = dict(_fields(request_document(asked)))
    known = [dict(_fields(request_document(exchange.request))) for exchange in recorded]
    line = min(range(len(known)), key=lambda at: _distance(wanted, known[at]))
    differing = _differing(wanted, known[line])
    field, *others = differing
    was, now = _shown(known[line].get(field), wanted.get(field))
    more = f" (and {', '.join(others)})" if others else ""
    again = f"--provider {recorded[line].provider} --record {path}"
    hint = f"ask as recorded, or record this one too: {again}"
    if field == "model" and known[line].get(field):
        hint = f"--model {known[line][field]}"
    return UsageError(
        f"the request is not in {path}: the nearest, in line {line + 1}, differs in {field}{more}:"
        f" recorded {was}, asked {now}",
        hint,
    )


def _fields(document: object, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value in `document` with its path, such as ``messages[1].content``."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield from _fields(value, f"{path}.{key}" if path else key)
    elif isinstance(document, list | tuple):
        for index, value in enumerate(document):
            yield from _fields(value, f"{path}[{index}]")
    else:
        yield path, document


def _differing(asked: dict[str, Any], recorded: dict[str, Any]) -> list[str]:
    return [field for field in {**recorded, **asked} if asked.get(field) != recorded.get(field)]


def _distance(asked: dict[str, Any], recorded: dict[str, Any]) -> tuple[int, float]:
    from difflib import SequenceMatcher

    differing = _differing(asked, recorded)
    alike = sum(
        SequenceMatcher(None, str(asked.get(field))[:500], str(recorded.get(field))[:500]).ratio()
        for field in differing
    )
    return len(differing), -alike


def _shown(recorded: object, asked: object) -> tuple[str, str]:
    """Format two values, each shortened to the part where they begin to differ."""
    if not (isinstance(recorded, str) and isinstance(asked, str)):
        return _value(recorded, 0), _value(asked, 0)
    same = next(
        (at for at, (a, b) in enumerate(zip(recorded, asked, strict=False)) if a != b),
        min(len(recorded), len(asked)),
    )
    start = max(0, same - _BEFORE) if max(len(recorded), len(asked)) > _SHOWN else 0
    return _value(recorded, start), _value(asked, start)


def _value(value: object, start: int) -> str:
    if value is None:
        return "none"
    if not isinstance(value, str):
        return json.dumps(value)
    end = start + _SHOWN
    head, tail = "…" if start else "", "…" if end < len(value) else ""
    return json.dumps(f"{head}{value[start:end]}{tail}", ensure_ascii=False)
