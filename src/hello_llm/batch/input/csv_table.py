"""Input as a table of comma-separated values, the names of the columns in its first row."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import IO, Any

from hello_llm.batch.input.record import LARGEST_ROW, BadRecord, Record
from hello_llm.text import phrases

_DELIMITERS = ",;\t"


def read_csv(file: IO[bytes]) -> Iterator[Record | BadRecord]:
    """Yield each row below the first; commas, semicolons or tabs separate the values."""
    csv.field_size_limit(LARGEST_ROW)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        head = text.readline(LARGEST_ROW)
        text.seek(0)
        delimiter = max(_DELIMITERS, key=head.count)
        yield from _records(csv.reader(text, delimiter=delimiter, strict=True))
    except UnicodeDecodeError as error:
        yield BadRecord(1, f"the input is not UTF-8 text: {error.reason}")
    finally:
        text.detach()


def _records(reader: Any) -> Iterator[Record | BadRecord]:  # noqa: ANN401 - its class is private
    try:
        names: Sequence[str] = [name.strip() for name in next(reader, [])]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            shown = phrases.listed(map(phrases.quoted, twice))
            yield BadRecord(reader.line_num, f"more than one column is named {shown}")
            return
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) == len(names):
                yield Record(reader.line_num, dict(zip(names, cells, strict=True)))
            else:
                counts = f"it has {len(cells)} values for {len(names)} columns"
                yield BadRecord(reader.line_num, counts)
    except csv.Error as error:
        yield BadRecord(reader.line_num, f"it is not CSV: {error}")
