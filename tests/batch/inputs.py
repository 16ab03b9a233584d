"""Inputs for tests, and what is read from them."""

import io
import json

from hello_llm.batch.index import Index
from hello_llm.batch.reading import Rows, read_rows
from hello_llm.batch.template import Template


def lines(*rows: object) -> bytes:
    """Return `rows` as lines of JSON."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def read(content: bytes, prompt: str | None = None) -> Rows:
    """Read the rows of an input."""
    template = None if prompt is None else Template(prompt)
    with Index() as index:
        return read_rows(io.BytesIO(content), template, index)


def asked(content: bytes, prompt: str | None = None) -> list[tuple[object, str]]:
    """Return the ID and the prompt of each row of an input."""
    return [(row.id, row.messages[-1].content) for row in read(content, prompt)]
