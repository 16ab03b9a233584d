"""Writes the usage table of a reply: tokens, times and cost."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hello_llm.contract import LLMReply, Usage
from hello_llm.contract.reply import PriceSource
from hello_llm.rendering.console import make_console
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.sanitize import inert
from hello_llm.rendering.terminal import Terminal
from hello_llm.text import money

if TYPE_CHECKING:
    from rich.console import RenderableType

UNKNOWN = "—"
_ESTIMATE_MARK = "~"
_GAP = 2
_PRICE_SAYINGS: Mapping[PriceSource | None, str] = {
    "server": "the cost is what the server says",
    "configuration": "the cost is by the prices of the configuration",
}
"""What is said of a price that is not from the usual list."""


def write_usage(terminal: Terminal, messages: Messages, reply: LLMReply) -> None:
    """Write the usage of `reply` to standard error, across the screen if it fits, else down."""
    console = make_console(terminal, "stderr", messages.color)
    cells = usage_cells(reply)
    widths = [max(len(name), len(value)) for name, value in cells.items()]
    fits = sum(widths) + _GAP * (len(widths) - 1) <= console.width
    with console.capture() as capture:
        console.print(_across(cells) if fits else _down(cells))
        if reply.usage.estimated:
            console.print(f"{_ESTIMATE_MARK} estimated, not the server's own figure", style="dim")
        if reply.usage.price_source in _PRICE_SAYINGS:
            console.print(_PRICE_SAYINGS[reply.usage.price_source], style="dim")
    lines = (line.rstrip() for line in capture.get().splitlines())
    terminal.write_stderr("".join(f"{line}\n" for line in lines).encode())


def usage_cells(reply: LLMReply) -> dict[str, str]:
    """Return the cells of the table by column name, in the order of the columns."""
    usage = reply.usage
    mark = _ESTIMATE_MARK if usage.estimated else ""
    return {
        "tokens in": _marked(mark, _count(usage.tokens_in)),
        "tokens out": _marked(mark, _count(usage.tokens_out)),
        "first token": duration(usage.first_token_ms),
        "latency": duration(usage.latency_ms),
        "tokens/s": _marked(mark, tokens_per_second(usage)),
        "cost": _marked(mark, dollars(usage.usd_micros)),
        "finish": inert(reply.finish_reason or UNKNOWN),
    }


def dollars(usd_micros: int | None) -> str:
    """Format millionths of a US dollar as exact dollars: ``$0.000012``, ``$1.50``, ``$0``."""
    return UNKNOWN if usd_micros is None else money.dollars(usd_micros * 1000)


def duration(milliseconds: int | None) -> str:
    """Format `milliseconds` in the most readable unit: ``95 ms``, ``1.25 s``."""
    if milliseconds is None:
        return UNKNOWN
    return f"{milliseconds} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.2f} s"


def tokens_per_second(usage: Usage) -> str:
    """Return the output rate after the first token, or a dash if it was not measured."""
    if usage.tokens_out is None or usage.latency_ms is None or usage.first_token_ms is None:
        return UNKNOWN
    generating_ms = usage.latency_ms - usage.first_token_ms
    if generating_ms <= 0 or usage.tokens_out <= 0:
        return UNKNOWN
    return f"{usage.tokens_out * 1000 / generating_ms:,.1f}"


def _count(tokens: int | None) -> str:
    return UNKNOWN if tokens is None else f"{tokens:,}"


def _marked(mark: str, value: str) -> str:
    return value if value == UNKNOWN else mark + value


def _across(cells: dict[str, str]) -> "RenderableType":
    from rich.table import Table

    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="dim")
    for name in cells:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_row(*cells.values())
    return table


def _down(cells: dict[str, str]) -> "RenderableType":
    from rich.table import Table

    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, show_header=False)
    table.add_column(style="dim")
    table.add_column(justify="right", overflow="fold")
    for name, value in cells.items():
        table.add_row(name, value)
    return table
