"""Writes figures as a Markdown table, and as a drawing for the documentation."""

import os
import platform
from collections.abc import Sequence
from html import escape
from importlib.metadata import version

from tests.bench.suites import Figure

_HEAD = ("suite", "what", "figure", "against", "figure", "ratio", "goal", "met")
_ROW, _LEFT, _WIDE = 26, 300, 300


def row(figure: Figure) -> str:
    """Return the row of the table for `figure`."""
    cells = (
        figure.suite,
        figure.what,
        _amount(figure.ours, figure.unit),
        figure.against,
        _amount(figure.theirs, figure.unit),
        f"{figure.ratio:.2f}",
        f"≤ {figure.goal:g}",
        "yes" if figure.met else "**no**",
    )
    return f"| {' | '.join(cells)} |\n"


def head() -> str:
    """Return the head of the table."""
    return f"| {' | '.join(_HEAD)} |\n|{' --- |' * len(_HEAD)}\n"


def machine(peer_versions: Sequence[str]) -> str:
    """Say in one sentence where and with what the figures came about."""
    ours = [f"{name} {version(name)}" for name in ("litellm", "typer", "rich")]
    python = f"Python {platform.python_version()}"
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, {python}; "
        f"{', '.join([*ours, *peer_versions])}.\n"
    )


def drawing(figures: Sequence[Figure]) -> str:
    """Return an SVG: for each figure a bar of its ratio, and a mark at its goal."""
    most = max(max(figure.ratio, figure.goal) for figure in figures)
    rows = "".join(_bar(number, figure, most) for number, figure in enumerate(figures))
    height = _ROW * len(figures) + 10
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDE + 60}" height="{height}"'
        f' font-family="sans-serif" font-size="12">\n{rows}</svg>\n'
    )


def _bar(number: int, figure: Figure, most: float) -> str:
    y, colour = _ROW * number + 8, "#4a8" if figure.met else "#c64"
    wide, goal = _WIDE * figure.ratio / most, _LEFT + _WIDE * figure.goal / most
    label = escape(f"{figure.what} / {figure.against} ({figure.unit})")
    return (
        f'<text x="{_LEFT - 8}" y="{y + 12}" text-anchor="end">{label}</text>'
        f'<rect x="{_LEFT}" y="{y}" width="{wide:.1f}" height="16" fill="{colour}"/>'
        f'<line x1="{goal:.1f}" y1="{y - 3}" x2="{goal:.1f}" y2="{y + 19}" stroke="#333"/>'
        f'<text x="{_LEFT + wide + 4:.1f}" y="{y + 12}">{figure.ratio:.2f}</text>\n'
    )


def _amount(value: float, unit: str) -> str:
    return f"{value:.0f} {unit}" if unit == "MiB" else f"{value:.3f} {unit}"
