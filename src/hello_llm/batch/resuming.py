"""Continues a batch: checks that the output is of the same one, and counts what is finished."""

from collections.abc import Callable, Iterator
from typing import IO

from hello_llm.batch.identity import Identity
from hello_llm.batch.index import Index
from hello_llm.batch.journal import Journal, Line
from hello_llm.batch.state_file import StateFile
from hello_llm.batch.tally import Tally
from hello_llm.contract import UsageError
from hello_llm.text import phrases


def claim(state: StateFile, journal: Journal, identity: Identity) -> None:
    """Make sure that the output belongs to this batch; a new one is noted in `state`.

    Raises:
        OSError: the state cannot be read or written.
        UsageError: the output belongs to another batch, or to none.
    """
    known = state.read()
    place = phrases.printable(str(journal.path))
    if journal.empty:
        state.write(identity)
    elif known is None:
        raise UsageError(f"{place} exists, and no batch has written it", "choose another --out")
    elif differences := list(identity.differences(known)):
        raise UsageError(
            f"{place} belongs to another batch: {'; '.join(differences)}",
            "run the command as before, or choose another --out",
        )


def count_finished(
    journal: Journal,
    index: Index,
    tally: Tally,
    *,
    retry_failed: bool,
) -> None:
    """Count the rows that have a line.

    Args:
        journal: the output.
        index: knows the rows by their IDs.
        tally: counts them.
        retry_failed: whether to remove the lines of rows without an answer, to ask them again.

    Raises:
        OutputError: the output cannot be read or written.
        UsageError: a line was changed by somebody else.
    """
    failed = 0
    for number, line in _numbered(journal, index):
        if not tally.is_pending(number):
            raise _foreign(journal, f"row {number} again")
        try:
            if retry_failed and not line.document["ok"]:
                failed += 1
            else:
                tally.add(number, line.document, None)
        except (KeyError, TypeError, ValueError):
            raise _foreign(journal, f"row {number} that is not an answer of this program") from None
    if failed:
        journal.rewrite(_without_failed(journal))


def _numbered(journal: Journal, index: Index) -> Iterator[tuple[int, Line]]:
    """Yield each line with the number of its row."""
    for line in journal.lines():
        number = index.number(line.key)
        if number is None:
            raise _foreign(journal, "a row that is not in the input")
        yield number, line


def _foreign(journal: Journal, what: str) -> UsageError:
    return UsageError(
        f"{phrases.printable(str(journal.path))} has a line for {what}",
        "remove that line, or choose another --out",
    )


def _without_failed(journal: Journal) -> Callable[[IO[bytes], IO[bytes]], None]:
    def copy(old: IO[bytes], new: IO[bytes]) -> None:
        for line in journal.lines():
            if line.document["ok"]:
                _copy(old, new, line.start, line.size)

    return copy


def put_in_order(journal: Journal, index: Index) -> None:
    """Sort the lines of the output as the rows of the input are.

    Raises:
        OutputError: it cannot be read or written, and is as it was.
    """
    last, sorted_already = 0, True
    for number, line in _numbered(journal, index):
        index.place(number, line.start, line.size)
        last, sorted_already = number, sorted_already and number > last

    def copy(old: IO[bytes], new: IO[bytes]) -> None:
        for start, size in index.places():
            _copy(old, new, start, size)

    if not sorted_already:
        journal.rewrite(copy)


def _copy(old: IO[bytes], new: IO[bytes], start: int, size: int) -> None:
    old.seek(start)
    new.write(old.read(size))
