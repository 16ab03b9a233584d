"""The table and the drawing say what was measured, and whether the goals are met."""

from xml.etree import ElementTree as ET

import pytest

from tests.bench.drawing import drawing
from tests.bench.figures import Figure, Goal
from tests.bench.report import head, machine, page, row

RATIO = Figure(
    "cold", "chat", "whole process", [0.5, 0.6, 0.7], "llm <x> | y", [1.0, 1.2, 1.4], Goal(0.4)
)
ALLOWED = Figure("warm", "chat", "whole process", [0.07, 0.08], "curl", [0.01] * 2, Goal(plus=0.1))
CALLS = Figure("checks", "200 checks", "each call", [0.006], "loop", [0.004], Goal(1 / 0.6))
FREE = Figure("memory", "warm process", "memory", [150.0], "import litellm", [160.0])
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (
            RATIO,
            (
                "| cold | chat | whole process | 0.600 s | llm <x> \\| y | 1.200 s"
                " | 0.50 | 0.50…0.50 | ≤ 0.4 | **no** |\n"
            ),
        ),
        (
            ALLOWED,
            (
                "| warm | chat | whole process | 0.075 s | curl | 0.010 s"
                " | +0.065 s | +0.060…+0.070 | ≤ +0.100 s | yes |\n"
            ),
        ),
        (
            CALLS,
            (
                "| checks | 200 checks | each call | 6.00 ms | loop | 4.00 ms"
                " | 1.50 | 1 run | ≤ 1.67 | yes |\n"
            ),
        ),
        (
            FREE,
            (
                "| memory | warm process | memory | 150 MiB | import litellm | 160 MiB"
                " | 0.94 | 1 run | none |  |\n"
            ),
        ),
    ],
)
def test_a_row_says_what_was_judged_how_it_spread_and_what_was_wanted(figure, expected):
    assert row(figure) == expected


def test_the_head_has_a_column_for_each_cell():
    names, rule = head().splitlines()
    assert names.count("|") == rule.count("|") == row(FREE).count("|")


def test_the_machine_and_the_versions_are_named():
    said = machine(7, patient=True)
    assert said.startswith("Medians of 7 runs in turns; 20")
    assert all(name in said for name in ("cores", "Python 3.", "litellm ", "llm 0.", "curl "))
    assert "runs in turns, fewer of long streams;" in machine(7, patient=False)


def test_the_page_holds_a_table_for_each_suite_after_the_mark_where_it_is_included():
    above, mark, below = page([RATIO, RATIO, FREE], "A machine.\n").partition("<!-- figures -->\n")
    assert above.startswith("---\norphan: true\n---\n")
    assert mark
    one, other = (row(figure).removeprefix(f"| {figure.suite} ") for figure in (RATIO, FREE))
    names, rule = head().splitlines(keepends=True)
    top = names.removeprefix("| suite ") + rule.removeprefix("| --- ")
    assert below == f"\nA machine.\n\n**cold**\n\n{top}{one}{one}\n**memory**\n\n{top}{other}"


def test_the_hyphens_of_a_flag_are_kept():
    flag = Figure("start", "--help", "whole process", [0.1], "llm --version", [0.5])
    assert row(flag).startswith("| start | `--help` | whole process | 0.100 s | `llm --version` |")


def elements(kind, *figures):
    return list(ET.fromstring(drawing(figures)).iter(f"{SVG}{kind}"))


def test_the_drawing_is_well_formed_and_names_each_figure_under_its_suite():
    words = [text.text for text in elements("text", RATIO, ALLOWED, FREE)]
    for expected in (
        *("cold", "chat", "whole process", "llm <x> | y", "0.50"),
        *("warm", "curl", "+0.065 s"),
        *("memory", "warm process", "import litellm", "0.94"),
        *("1 = peer", "goal met", "goal missed", "no goal"),
    ):
        assert expected in words


def test_a_bar_goes_from_the_peer_to_the_ratio_in_the_colour_of_its_state():
    *legend, missed, met, free = elements("rect", RATIO, ALLOWED, FREE)
    assert [key.get("fill") for key in legend] == [bar.get("fill") for bar in (met, missed, free)]
    start, wide = (
        {bar: float(bar.get(side, "")) for bar in (missed, met, free)} for side in ("x", "width")
    )
    assert start[missed] + wide[missed] == pytest.approx(start[met], abs=0.11)
    assert start[free] + wide[free] == pytest.approx(start[met], abs=0.11)
    assert wide[missed] > wide[free] > 0


def test_the_drawing_takes_the_colour_of_the_page_and_stays_within_its_width():
    svg = drawing([RATIO, ALLOWED, FREE])
    root = ET.fromstring(svg)
    assert root.get("fill") == "currentColor"
    assert root.get("viewBox", "").startswith("0 0 700 ")
    assert all(0 <= float(one.get("x", "")) <= 700 for one in root.iter(f"{SVG}text"))
    assert {one.get("stroke") for one in root.iter(f"{SVG}line")} == {"currentColor"}


def test_figures_that_are_all_alike_can_be_drawn():
    same = Figure("cold", "chat", "CPU", [1.0], "llm", [1.0])
    assert ET.fromstring(drawing([same])) is not None
