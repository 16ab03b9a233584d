"""Shows a list of models: a table on a terminal, blocks on a narrow one, lines in a pipe."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from hello_llm.contract.model_facts import CAPABILITIES
from hello_llm.prices.model import Model
from hello_llm.rendering.console import ColorChoice, make_console
from hello_llm.rendering.models.cells import (
    PRICES,
    abilities,
    dollars,
    letters,
    name_of,
    row_of,
    short_count,
)
from hello_llm.rendering.terminal import Terminal

if TYPE_CHECKING:
    from rich.console import RenderableType

_GAP = 2
_NARROWEST_NAME = 20
_PARTS = re.compile(r"[^/:@._-]*[/:@._-]|.+")
"""The parts of a name, between which it may be broken."""
_HEADS = ("context", "reply", "in", "cached", "out", "can", "retires", "from")


def write_models(
    models: Sequence[Model], listed: date | None, terminal: Terminal, color: ColorChoice
) -> None:
    """Write `models` to standard output.

    Args:
        models: the models, in order.
        listed: the date of the price list, if known.
        terminal: where to write; in a pipe, each model is a line of fields with tabs between them.
        color: when to use colour.

    Raises:
        OSError: the output cannot be written.
    """
    if not terminal.stdout_is_tty:
        lines = ("\t".join(row_of(model)) for model in models)
        terminal.write_stdout("".join(f"{line}\n" for line in lines).encode())
        return
    console = make_console(terminal, "stdout", color)
    with console.capture() as captured:
        table = _fitting_table(models, console.width)
        console.print(_blocks(models, console.width) if table is None else table)
        console.print(_legend(listed, letters=table is not None), style="dim")
    shown = "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())
    terminal.write_stdout(shown.encode())


def _legend(listed: date | None, *, letters: bool) -> str:
    """Return the explanation below a list; `letters` adds what they stand for."""
    day = "of unknown date" if listed is None else f"of {listed}"
    prices = f"US dollars for a million tokens, by LiteLLM's list {day}."
    if not letters:
        return f"{prices}\n? unknown."
    marks = ", ".join(f"{what[0].upper()} {what}" for what in CAPABILITIES)
    return f"{prices}\n{marks}; - no, ? unknown."


def _fitting_table(models: Sequence[Model], width: int) -> "RenderableType | None":
    """Return a table; ``None`` if its columns leave no room for the names."""
    heads = _HEADS if any(model.sources != ("list",) for model in models) else _HEADS[:-1]
    rows = [_cells(model)[: len(heads)] for model in models]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    room = width - sum(widths) - _GAP * len(widths)
    if room < _NARROWEST_NAME:
        return None
    names = [_folded(name_of(model), room) for model in models]
    return _table(names, heads, rows)


def _cells(model: Model) -> tuple[str, ...]:
    return (
        short_count(model.context),
        short_count(model.max_output),
        *(dollars(model.price(kind)) for kind in PRICES),
        letters(model),
        "?" if model.retires is None else model.retires.isoformat(),
        "+".join(model.sources),
    )


def _table(
    names: Sequence[str], heads: Sequence[str], rows: Sequence[Sequence[str]]
) -> "RenderableType":
    from rich.table import Table

    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("model", overflow="fold")
    for head in heads:
        left = head in {"can", "retires", "from"}
        table.add_column(head, justify="left" if left else "right", no_wrap=True)
    for name, row in zip(names, rows, strict=True):
        table.add_row(name, *row)
    return table


def _blocks(models: Sequence[Model], width: int) -> "RenderableType":
    from rich.text import Text

    text = Text(overflow="fold")
    for model in models:
        text.append(f"{name_of(model)}\n", style="bold")
        for line in _packed(_facts(model), width - _GAP, " " * _GAP):
            text.append(f"{' ' * _GAP}{line}\n")
    text.rstrip()
    return text


def _facts(model: Model) -> list[str]:
    prices = zip(("in", "cached", "out"), PRICES, strict=True)
    return [
        f"context {short_count(model.context)}",
        f"reply {short_count(model.max_output)}",
        *(f"{head} {dollars(model.price(kind))}" for head, kind in prices),
        *abilities(model).split(","),
        f"retires {model.retires or '?'}",
        *([] if model.sources == ("list",) else [f"from {'+'.join(model.sources)}"]),
    ]


def _folded(name: str, width: int) -> str:
    """Return `name` in lines of at most `width`: a long one is broken, first after its vendor."""
    if len(name) <= width:
        return name
    vendor, slash, rest = name.partition("/")
    lines = _packed(_PARTS.findall(rest), width - _GAP, "")
    return "\n".join([f"{vendor}{slash}", *(f"{' ' * _GAP}{line}" for line in lines)])


def _packed(parts: Sequence[str], width: int, between: str) -> Iterator[str]:
    """Yield lines of whole `parts`, as many as fit in each."""
    line = ""
    for part in parts:
        longer = f"{line}{between}{part}" if line else part
        if line and len(longer) > width:
            yield line
            longer = part
        line = longer
    yield line
