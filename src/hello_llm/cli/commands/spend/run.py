"""Runs ``spend`` and ``spend reconcile``: reads the ledger, and shows what it says."""

from pathlib import Path
from typing import Literal

from hello_llm.cli.display import Display
from hello_llm.ledger.report import report
from hello_llm.ledger.spending import Grouping, OpenReservation
from hello_llm.rendering.json.document import json_line
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.spending.document import reconcile_document, spend_document
from hello_llm.rendering.terminal import Terminal
from hello_llm.settings.paths import default_ledger_file
from hello_llm.settings.resolve import resolve
from hello_llm.text.money import dollars
from hello_llm.text.phrases import printable

Form = Literal["table", "json", "csv"]


def show_spending(config: Path | None, by: Grouping, since: str, form: Form) -> None:
    """Print what calls cost, and what the limits of the configuration leave.

    Raises:
        LedgerError: the ledger cannot be read.
        UsageError: `since` is not a time, or the configuration is invalid.
    """
    terminal, settings = Terminal.real(), resolve({}, config_file=config)
    messages = Display.of(settings, terminal).messages
    path = default_ledger_file()
    found = report(path, settings.budget, by, since)
    if found.ledger is None:
        _note_missing(path, messages)
    match form:
        case "json":
            terminal.write_stdout(json_line(spend_document(found)))
        case "csv":
            from hello_llm.rendering.spending.csv import spend_csv

            terminal.write_stdout(spend_csv(found))
        case "table":
            from hello_llm.rendering.spending.table import write_spending

            write_spending(terminal, settings.color, found)


def reconcile_reservations(*, as_json: bool) -> None:
    """Mark the reservations of processes that have ended, and print what was found.

    Raises:
        LedgerError: the ledger cannot be read or written.
    """
    from hello_llm.ledger.place import holds_something
    from hello_llm.ledger.reconciling import reconcile

    terminal, path = Terminal.real(), default_ledger_file()
    exists = holds_something(path)
    found = reconcile(path) if exists else []
    if not exists:
        _note_missing(path, Messages(terminal))
    if as_json:
        terminal.write_stdout(json_line(reconcile_document(path if exists else None, found)))
    else:
        terminal.write_stdout("".join(f"{line}\n" for line in _described(found)).encode())


def _note_missing(path: Path, messages: Messages) -> None:
    shown = printable(str(path))
    messages.note(f"there is no ledger yet: {shown} does not exist")


def _described(found: list[OpenReservation]) -> list[str]:
    gone = [one for one in found if one.fate == "gone"]
    bounds = sum(one.call.bound_nano_usd or 0 for one in gone)
    lines = [f"marked as killed: {_counted(gone)}; {dollars(bounds)} counts as spent"]
    for fate, words in (("running", "in progress"), ("elsewhere", "of other machines")):
        others = [one for one in found if one.fate == fate]
        if others:
            lines.append(f"left as it is: {_counted(others)} {words}")
    return lines if gone or lines[1:] else ["there is nothing to reconcile"]


def _counted(found: list[OpenReservation]) -> str:
    return f"{len(found)} reservation{'' if len(found) == 1 else 's'}"
