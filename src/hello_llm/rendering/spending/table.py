"""Spending for people: a table with bars, the limits, and the calls in progress."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from hello_llm.ledger.processes import Fate
from hello_llm.ledger.report import SpendReport
from hello_llm.ledger.spending import OpenReservation, Spending
from hello_llm.ledger.standing import Standing
from hello_llm.ledger.windows import local_time
from hello_llm.rendering.console import ColorChoice, make_console
from hello_llm.rendering.sanitize import inert
from hello_llm.rendering.terminal import Terminal
from hello_llm.rendering.usage_table import UNKNOWN
from hello_llm.text.money import dollars

if TYPE_CHECKING:
    from rich.table import Table

_GAP = 2
_SHORTEST_BAR, _LONGEST_BAR = 4, 30
_FULL = "█"
_PARTS = " ▏▎▍▌▋▊▉"
_UNBOUNDED = 10_000
"""The columns of a line that nothing breaks."""
_MOST_SHOWN = 10
_NO_PROFILE = "no profile"
_NOTES = (
    ("≤", "at most: calls in progress, cut off, killed or unreported count at their bounds"),
    ("?", "calls without a known price, which are not in the sum"),
    ("!", "calls that cost more than their bounds"),
)
_FATES: Mapping[Fate, str] = MappingProxyType(
    {"running": "in progress", "gone": "ended", "elsewhere": "on another machine or in a container"}
)


class _Cells(NamedTuple):
    """The cells of a row."""

    name: str
    calls: str
    tokens_in: str
    tokens_out: str
    cost: str


def write_spending(terminal: Terminal, color: ColorChoice, report: SpendReport) -> None:
    """Write `report` to standard output; in a pipe without bars, and each line as long as it is."""
    from rich.text import Text

    console, bars = make_console(terminal, "stdout", color), terminal.stdout_is_tty
    if not bars:
        console.width = _UNBOUNDED
    with console.capture() as captured:
        if report.rows:
            console.print(_table(report, console.width, bars=bars))
        for line in _lines(report):
            console.print(Text(inert(line)))
    lines = (line.rstrip() for line in captured.get().splitlines())
    terminal.write_stdout("".join(f"{line}\n" for line in lines).encode())


def _table(report: SpendReport, width: int, *, bars: bool) -> "Table":
    from rich.table import Table
    from rich.text import Text

    head = _Cells(report.by, "calls", "tokens in", "tokens out", "cost")
    rows = [_cells(row, row.name or _NO_PROFILE) for row in report.rows]
    total = _cells(report.total, "total")
    shown = _columns([head, *rows, total], width)
    left = width - _width([head, *rows, total], shown) - _GAP
    longest = min(left, _LONGEST_BAR) if bars and left >= _SHORTEST_BAR else 0
    most = max(row.nano_usd for row in report.rows)
    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="dim")
    for column in shown:
        table.add_column(
            head[column],
            justify="right" if column else "left",
            no_wrap=bool(column),
            overflow="fold",
        )
    table.add_column("", no_wrap=True)
    for row, cells in zip(report.rows, rows, strict=True):
        bar = Text(_bar(row.nano_usd, most, longest), style="cyan")
        table.add_row(*(Text(cells[column]) for column in shown), bar)
    table.add_row(*(Text(total[column], style="bold") for column in shown), "")
    return table


def _columns(rows: Sequence[_Cells], width: int) -> Sequence[int]:
    """Return which columns fit: the tokens are left out first."""
    everything = range(len(_Cells._fields))
    return everything if _width(rows, everything) <= width else (0, 1, 4)


def _width(rows: Sequence[_Cells], columns: Sequence[int]) -> int:
    from rich.cells import cell_len

    return sum(max(cell_len(row[column]) for row in rows) + _GAP for column in columns)


def _cells(row: Spending, name: str) -> _Cells:
    cost = f"{'≤ ' if row.at_bound_nano_usd else ''}{dollars(row.nano_usd)}"
    marks = f"{' ?' if row.unpriced else ''}{' !' if row.exceeded else ''}"
    tokens_in, tokens_out = _count(row.tokens_in), _count(row.tokens_out)
    return _Cells(inert(name), _count(row.calls), tokens_in, tokens_out, cost + marks)


def _count(number: int | None) -> str:
    return UNKNOWN if number is None else f"{number:,}"


def _bar(amount: int, most: int, longest: int) -> str:
    eighths = amount * longest * 8 // most if most else 0
    part = _PARTS[eighths % 8] if eighths % 8 else ""
    return _FULL * (eighths // 8) + part


def _lines(report: SpendReport) -> Iterator[str]:
    if not report.rows:
        yield f"nothing was spent since {_minute(report.since_ms)}"
    total = report.total
    marked = (total.at_bound_nano_usd, total.unpriced, total.exceeded)
    yield from (f"{mark} {text}" for (mark, text), any_ in zip(_NOTES, marked, strict=True) if any_)
    if report.standings:
        yield ""
    yield from map(_standing, report.standings)
    if report.reservations:
        yield ""
    yield from map(_reservation, report.reservations[:_MOST_SHOWN])
    more = len(report.reservations) - _MOST_SHOWN
    if more > 0:
        yield f"and {more} more"
    if any(one.fate == "gone" for one in report.reservations):
        yield "hello-llm spend reconcile marks those of processes that have ended"


def _standing(one: Standing) -> str:
    return (
        f"{one.limit.words}: {dollars(one.spent_nano_usd)} of {dollars(one.limit.nano_usd)} spent,"
        f" {dollars(one.reserved_nano_usd)} reserved, {dollars(one.left_nano_usd)} left until"
        f" {_minute(one.ends_at_ms)}"
    )


def _reservation(one: OpenReservation) -> str:
    call = one.call
    amount = (
        "an unknown amount is"
        if call.bound_nano_usd is None
        else f"{dollars(call.bound_nano_usd)} is"
    )
    return (
        f"{amount} reserved: {call.command} with {call.model} since {_minute(call.time_ms)},"
        f" process {call.process.pid}, {_FATES[one.fate]}"
    )


def _minute(at_ms: int) -> str:
    return f"{local_time(at_ms):%Y-%m-%d %H:%M}"
