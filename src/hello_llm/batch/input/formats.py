"""Tells the format of an input by its first character."""

import codecs
from typing import IO

from hello_llm.batch.input.csv_table import read_csv
from hello_llm.batch.input.json_lines import read_json_lines
from hello_llm.batch.input.record import Read
from hello_llm.contract import UsageError

_ENOUGH = 2**16


def reader_for(file: IO[bytes]) -> Read:
    """Choose how to read `file`, and go back to its start.

    Raises:
        UsageError: it is empty, or one JSON array.
    """
    file.seek(0)
    start = file.read(_ENOUGH).removeprefix(codecs.BOM_UTF8).lstrip()
    file.seek(0)
    if not start:
        raise UsageError(
            "the input has no rows", 'each line is one: {"id": 1, "prompt": "Say hello"}'
        )
    if start.startswith(b"["):
        raise UsageError(
            "the input is one JSON array, not a line for each row", "jq -c '.[]' INPUT > rows.jsonl"
        )
    return read_json_lines if start.startswith(b"{") else read_csv
