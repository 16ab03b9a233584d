"""Draws figures as an SVG: for each a bar from 1, which is its peer, to its ratio."""

import math
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from tests.bench.figures import Figure
from tests.bench.report import judged

_WIDE, _LEFT, _RIGHT = 700, 346, 640
_ROW, _BAR, _TOP = 17, 9, 74
_MEASURED, _AGAINST = 168, 256
_TITLE = "hello-llm beside its peers: how many times what they take"
_COLOURS = {"met": "#2f9e76", "missed": "#d9622b", "no goal": "#8b93a1"}
# Alone, the drawing follows the reader's scheme; within a page it has the page's own colour.
_STYLE = (
    "svg:root{color:#1f2328}"
    "@media (prefers-color-scheme:dark){svg:root{color:#e6edf3;background:#0d1117}}"
)


class _Axis:
    """A logarithmic axis of ratios, from one power of two to another."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        values = [1.0]
        for figure in figures:
            values += figure.ratios
            values += [_goal_ratio(figure)] if figure.goal else []
        self.low = math.floor(math.log2(min(values)))
        self.high = max(math.ceil(math.log2(max(values))), self.low + 1)

    def x(self, ratio: float) -> float:
        share = (math.log2(ratio) - self.low) / (self.high - self.low)
        return _LEFT + share * (_RIGHT - _LEFT)

    def marks(self) -> Iterator[tuple[float, str]]:
        step = max(1, round((self.high - self.low) / 8))
        for power in range(self.low, self.high + 1):
            if power % step == 0:
                yield self.x(2.0**power), f"1/{2**-power}" if power < 0 else f"{2**power}"


def drawing(figures: Sequence[Figure]) -> str:
    """Return the SVG, 700 px wide, for a light or a dark page."""
    axis = _Axis(figures)
    y, parts = _TOP, []
    for suite, group in groupby(figures, key=lambda figure: figure.suite):
        parts.append(_text(0, y + 13, suite, weight="bold"))
        y += _ROW + 3
        for figure in group:
            parts += _row(figure, axis, y)
            y += _ROW
        y += 5
    parts += _scale(axis, y)
    high = y + 20
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {high}" width="{_WIDE}"'
        f' height="{high}" style="max-width:100%;height:auto" role="img" aria-label="{_TITLE}"'
        f' font-family="system-ui,sans-serif" font-size="11" fill="currentColor">\n'
        f"<style>{_STYLE}</style>\n{''.join(_legend())}{''.join(parts)}</svg>\n"
    )


def _legend() -> Iterator[str]:
    yield _text(0, 16, _TITLE, size=15, weight="bold")
    x = 0
    for name, colour in _COLOURS.items():
        label = name if name == "no goal" else f"goal {name}"
        yield f'<rect x="{x}" y="30" width="14" height="{_BAR}" fill="{colour}"/>\n'
        yield _text(x + 19, 38, label)
        x += 92
    yield _line(x + 4, 28, x + 4, 41, width=2.5)
    yield _text(x + 12, 38, "goal")
    yield _line(x + 62, 34.5, x + 82, 34.5)
    yield _text(x + 88, 38, "least and most of all turns")
    yield _text(x + 250, 38, "left is better")


def _row(figure: Figure, axis: _Axis, y: int) -> Iterator[str]:
    base, middle = y + 12, y + _ROW / 2
    yield _text(0, base, figure.what)
    yield _text(_MEASURED, base, figure.measure, faint=True)
    yield _text(_AGAINST, base, figure.against, faint=True)
    left, right = sorted((axis.x(figure.ratio), axis.x(1)))
    state = "no goal" if figure.goal is None else "missed" if figure.missed else "met"
    yield (
        f'<rect x="{left:.1f}" y="{middle - _BAR / 2}" width="{right - left:.1f}"'
        f' height="{_BAR}" fill="{_COLOURS[state]}"/>\n'
    )
    yield _line(axis.x(min(figure.ratios)), middle, axis.x(max(figure.ratios)), middle)
    if figure.goal:
        goal = axis.x(_goal_ratio(figure))
        yield _line(goal, middle - 7, goal, middle + 7, width=2.5)
    yield _text(_WIDE - 2, base, judged(figure), anchor="end")


def _scale(axis: _Axis, bottom: int) -> Iterator[str]:
    for x, label in axis.marks():
        peer = label == "1"
        yield _line(
            x, _TOP - 8, x, bottom, width=1.2 if peer else 0.5, opacity=0.9 if peer else 0.3
        )
        for y in (_TOP - 12, bottom + 13):
            weight = "bold" if peer else "normal"
            yield _text(x, y, "1 = peer" if peer else label, anchor="middle", weight=weight)


def _goal_ratio(figure: Figure) -> float:
    return figure.goal.over(figure.peer) / figure.peer if figure.goal else 1.0


def _text(
    x: float,
    y: float,
    words: str,
    *,
    size: int = 11,
    weight: str = "normal",
    anchor: str = "start",
    faint: bool = False,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}"'
        f' text-anchor="{anchor}" opacity="{0.75 if faint else 1}">{escape(words)}</text>\n'
    )


def _line(
    x1: float, y1: float, x2: float, y2: float, *, width: float = 1.2, opacity: float = 1
) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="currentColor"'
        f' stroke-width="{width}" opacity="{opacity}"/>\n'
    )
