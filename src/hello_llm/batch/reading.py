"""Reads the rows of a batch: twice, so that each is checked before the first is sent."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from hello_llm.batch.index import Index
from hello_llm.batch.input.formats import reader_for
from hello_llm.batch.input.record import BadRecord, Read, Record
from hello_llm.batch.row import Row, RowId
from hello_llm.batch.template import MissingValueError, Template
from hello_llm.calls.completions_request import UnfitRequestError, read_request
from hello_llm.contract import Message, UsageError
from hello_llm.text import phrases

_MOST_SHOWN = 5
_BLOCK = 2**20
_CHAT = "/v1/chat/completions"
_A_ROW = '{"id": 1, "prompt": "Say hello"}'


class _BadRowError(Exception):
    """A row that cannot be asked; the text says why."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a batch in a file that can be read again."""

    file: IO[bytes]
    """The input."""
    read: Read
    """Reads its records."""
    template: Template | None
    """The prompt for the values of each row; ``None`` if the rows have prompts of their own."""
    count: int = 0
    """How many there are."""
    digest: str = ""
    """The SHA-256 of the input."""

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows in order."""
        self.file.seek(0)
        for number, record in enumerate(self.read(self.file), 1):
            if number > self.count:
                return
            yield _row(number, record, self.template)


def read_rows(file: IO[bytes], template: Template | None, index: Index) -> Rows:
    """Check all rows of `file`, and note the ID of each in `index`.

    Args:
        file: the input, which is read more than once.
        template: the prompt for the values of each row, if they have none of their own.
        index: gets the IDs.

    Raises:
        OSError: the input cannot be read.
        UsageError: there are no rows, or some cannot be asked; the message names them.
    """
    read, problems, count = reader_for(file), _Problems(), 0
    for number, record in enumerate(read(file), 1):
        count = number
        try:
            row = _row(number, record, template)
        except _BadRowError as error:
            problems.add(record, number, str(error))
            continue
        earlier = index.add(row.key, number)
        if earlier is not None:
            problems.add(record, number, f"row {earlier} has the same ID")
    problems.complain()
    if not count:
        raise UsageError("the input has no rows, only the names of columns", _A_ROW)
    return Rows(file, read, template, count, _digest(file))


class _Problems:
    """What is wrong with the rows."""

    def __init__(self) -> None:
        self._sentences: list[str] = []
        self._more = 0

    def add(self, record: Record | BadRecord, number: int, reason: str) -> None:
        if len(self._sentences) < _MOST_SHOWN:
            self._sentences.append(f"{_named(record, number)}: {reason}")
        else:
            self._more += 1

    def complain(self) -> None:
        """Report the problems, if there are any.

        Raises:
            UsageError: there are.
        """
        if self._sentences:
            more = [f"and {self._more} more rows"] if self._more else []
            problems = "; ".join([*self._sentences, *more])
            raise UsageError(f"{problems}; nothing was sent")


def _named(record: Record | BadRecord, number: int) -> str:
    where = f"row {number} (line {record.line}"
    given = None if isinstance(record, BadRecord) else _given_id(record)
    return f"{where})" if given is None else f"{where}, ID {phrases.quoted(str(given))})"


def _given_id(record: Record) -> object:
    return record.values.get("custom_id", record.values.get("id"))


def _row(number: int, record: Record | BadRecord, template: Template | None) -> Row:
    if isinstance(record, BadRecord):
        raise _BadRowError(record.reason)
    values = record.values
    if "body" in values and "custom_id" in values:
        return _of_openai(number, record, template)
    row_id = _id(_given_id(record), number)
    if template is not None:
        try:
            prompt = template.fill(values)
        except MissingValueError as error:
            raise _BadRowError(str(error)) from None
    else:
        prompt = _prompt(values.get("prompt"))
    return Row(number, row_id, (Message("user", prompt),))


def _prompt(given: object) -> str:
    if given is None:
        raise _BadRowError('it has no value "prompt", and there is no --prompt for all rows')
    if not isinstance(given, str):
        raise _BadRowError("its prompt is not text")
    if not given.strip():
        raise _BadRowError("its prompt is empty")
    return given


def _id(given: object, number: int) -> RowId:
    if given is None:
        return number
    if isinstance(given, bool) or not isinstance(given, str | int) or given == "":
        raise _BadRowError("its ID is neither text nor a whole number")
    return given


def _of_openai(number: int, record: Record, template: Template | None) -> Row:
    """Return the row for a line of a file for OpenAI's Batch API."""
    values = record.values
    if template is not None:
        raise _BadRowError("it is a whole request, which has no place in a --prompt")
    if values.get("method", "POST") != "POST" or values.get("url", _CHAT) != _CHAT:
        raise _BadRowError(f"only POST {_CHAT} is supported")
    body = values["body"]
    if not isinstance(body, dict):
        raise _BadRowError("its body is not an object")
    try:
        messages, settings = read_request(body)
    except UnfitRequestError as error:
        raise _BadRowError(str(error)) from None
    return Row(number, _id(values["custom_id"], number), messages, settings)


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    found = hashlib.sha256()
    while block := file.read(_BLOCK):
        found.update(block)
    return found.hexdigest()
