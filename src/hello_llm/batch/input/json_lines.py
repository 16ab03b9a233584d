"""Input with one JSON object on each line."""

import codecs
import json
from collections.abc import Iterator
from typing import IO

from hello_llm.batch.input.record import LARGEST_ROW, BadRecord, Record


def read_json_lines(file: IO[bytes]) -> Iterator[Record | BadRecord]:
    """Yield the object on each line that is not blank."""
    number = 0
    while raw := file.readline(LARGEST_ROW + 1):
        number += 1
        if len(raw) > LARGEST_ROW:
            yield BadRecord(number, f"it is larger than {LARGEST_ROW // 2**20} MiB")
            return
        if number == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        if not raw.isspace() and raw:
            yield _record(number, raw)


def _record(number: int, raw: bytes) -> Record | BadRecord:
    try:
        found = json.loads(raw.decode())
    except UnicodeDecodeError as error:
        return BadRecord(number, f"it is not UTF-8 text at byte {error.start + 1}")
    except json.JSONDecodeError as error:
        return BadRecord(number, f"it is not JSON: {error.msg} at column {error.colno}")
    except (ValueError, RecursionError):
        return BadRecord(number, "it is not JSON that can be read: a number or its depth")
    if not isinstance(found, dict):
        return BadRecord(number, "it is not a JSON object")
    return Record(number, found)
