"""Writes figures as a Markdown table, and says on which machine they came about."""

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

from tests.bench.figures import Figure, Measure
from tests.bench.peers import LLM_VERSION

_HEAD = (
    *("suite", "what", "measured", "hello-llm", "against", "that takes"),
    *("ratio", "each turn", "goal", "met or missed"),
)
_RIGHT = frozenset({"hello-llm", "that takes", "ratio", "each turn", "goal"})
_OURS = ("litellm", "typer", "rich", "xllamacpp")


def head() -> str:
    """Return the head of the table."""
    return _head(_HEAD)


def row(figure: Figure) -> str:
    """Return the row of the table for `figure`."""
    return _line(_cells(figure))


def judged(figure: Figure) -> str:
    """Return what the goal is about: the ratio, or the difference where the goal allows for one."""
    if _adds(figure):
        return f"{figure.median - figure.peer:+.3f} s"
    return f"{figure.ratio:.2f}"


def page(figures: Sequence[Figure], where: str) -> str:
    """Return the page of the documentation that shows `figures`, a table for each suite."""
    tables = [
        "".join(
            [f"\n**{suite}**\n\n", _head(_HEAD[1:]), *(_line(_cells(one)[1:]) for one in group)]
        )
        for suite, group in groupby(figures, key=lambda figure: figure.suite)
    ]
    # The page on speed includes what follows the mark.
    return (
        f"---\norphan: true\n---\n\n# Figures of speed and size\n\n<!-- figures -->\n\n{where}"
        f"{''.join(tables)}"
    )


def machine(runs: int, *, patient: bool) -> str:
    """Say how, where and with what the figures came about."""
    peers = [f"llm {LLM_VERSION}", _curl_version()]
    fewer = "" if patient else ", fewer of long streams"
    return f"Medians of {runs} runs in turns{fewer}; {today_here(peers)}"


def today_here(peers: Sequence[str] = ()) -> str:
    """Return the date, the machine and the versions, with those of `peers`."""
    versions = [f"{name} {version(name)}" for name in _OURS]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}."
        f" {os.cpu_count()} cores{_processor()}, {platform.system()} {platform.machine()},"
        f" Python {platform.python_version()}; {', '.join([*versions, *peers])}.\n"
    )


def _head(names: Sequence[str]) -> str:
    rule = " | ".join("---:" if name in _RIGHT else "---" for name in names)
    return f"{_line(names)}| {rule} |\n"


def _cells(figure: Figure) -> tuple[str, ...]:
    return (
        figure.suite,
        _name(figure.what),
        figure.measure,
        _amount(figure.median, figure.measure),
        _name(figure.against),
        _amount(figure.peer, figure.measure),
        judged(figure),
        _turns(figure),
        _goal(figure),
        _met(figure),
    )


def _name(words: str) -> str:
    """Return `words` so that Markdown keeps the hyphens of a flag apart."""
    return f"`{words}`" if "--" in words else words


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _adds(figure: Figure) -> bool:
    return figure.goal is not None and figure.goal.plus > 0


def _amount(value: float, measure: Measure) -> str:
    match measure:
        case "memory":
            return f"{value:.0f} MiB"
        case "each call" | "each piece":
            return f"{value * 1000:.2f} ms"
        case _:
            return f"{value:.3f} s"


def _turns(figure: Figure) -> str:
    """Return the least and the most of all turns."""
    if len(figure.ours) == 1:
        return "1 run"
    if _adds(figure):
        low, high = (f"{pick(figure.differences):+.3f}" for pick in (min, max))
    else:
        low, high = (f"{pick(figure.ratios):.2f}" for pick in (min, max))
    return f"{low}…{high}"


def _goal(figure: Figure) -> str:
    match figure.goal:
        case None:
            return "none"
        case goal if goal.plus:
            return f"≤ +{goal.plus:.3f} s"
        case goal:
            return f"≤ {goal.times:.3g}"


def _met(figure: Figure) -> str:
    if figure.goal is None:
        return ""
    return "**missed**" if figure.missed else "met"


def _processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return ""
    found = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return f" of {found[1]}" if found else ""


def _curl_version() -> str:
    told = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True)
    return " ".join(told.stdout.split()[:2])
