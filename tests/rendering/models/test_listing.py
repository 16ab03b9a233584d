"""A list of models fits every terminal without cutting a figure, and is lines in a pipe."""

import re
from decimal import Decimal

import pytest

from hello_llm.prices.catalogue import Catalogue
from hello_llm.prices.rates import Kind
from hello_llm.rendering.models.listing import write_models
from tests.rendering.models.samples import DAY, HOSTILE, KNOWN, UNKNOWN
from tests.rendering.screens import Pipes, Screen

LEGEND_80 = [
    "US dollars for a million tokens, by LiteLLM's list of 2026-10-21.",
    "V vision, P pdf, A audio, T tools, S schema, R reasoning; - no, ? unknown.",
]


def shown(models, columns):
    screen = Screen(columns)
    write_models(models, DAY, screen.terminal({"NO_COLOR": "1"}), "auto")
    return screen.rows()


def piped(*models):
    pipes = Pipes()
    write_models(models, DAY, pipes.terminal, "auto")
    return pipes.stdout.decode()


def test_where_it_fits_it_is_a_table():
    head, *rows, _, _ = shown([KNOWN, UNKNOWN], 120)
    assert head.split() == "model context reply in cached out can retires from".split()
    known, *rest, unknown = (row.split() for row in rows)
    assert known[0] + "".join(line for (line,) in rest) == KNOWN.name
    figures = ["1.05M", "65.5k", "$1234.50", "$0.0625", "$12345.67", "V--?--"]
    assert known[1:] == [*figures, "2027-02-03", "list+configuration"]
    assert unknown == ["vendor/b", "?", "?", "?", "?", "?", "??????", "?", "list"]


def test_at_80_columns_a_long_name_is_broken_between_its_parts():
    cheap = Catalogue.installed().find("anthropic/claude-haiku-4-5-20251001")
    rows = shown([cheap], 80)
    assert rows[0].split() == ["model", *"context reply in cached out can retires".split()]
    assert [rows[1].split()[0], *rows[2:4]] == ["anthropic/", "  claude-haiku-4-5-", "  20251001"]
    assert rows[-2:] == LEGEND_80


def test_at_60_columns_each_model_is_a_block_of_whole_facts():
    assert shown([KNOWN, UNKNOWN], 60) == [
        "vendor/a-model-with-a-long-name:70b-instruct-2026-01-02",
        "  context 1.05M  reply 65.5k  in $1234.50  cached $0.0625",
        "  out $12345.67  vision  tools?  retires 2027-02-03",
        "  from list+configuration",
        "vendor/b",
        "  context ?  reply ?  in ?  cached ?  out ?  vision?  pdf?",
        "  audio?  tools?  schema?  reasoning?  retires ?",
        "US dollars for a million tokens, by LiteLLM's list of",
        "2026-10-21.",
        "? unknown.",
    ]


@pytest.mark.parametrize("columns", [40, 60, 72, 80, 100, 120, 200])
def test_no_figure_of_any_listed_model_is_cut_at_any_width(columns):
    models = list(Catalogue.installed().models())[::40]
    text = "\n".join(shown(models, columns))
    listed = {Kind.INPUT, Kind.CACHED, Kind.OUTPUT}
    known = [model.price(kind) for model in models for kind in listed]
    shown_prices = sorted(Decimal(price[1:]) for price in re.findall(r"\$[\d.]+", text))
    assert shown_prices == sorted(price for price in known if price is not None)


def test_in_a_pipe_each_model_is_a_line_of_nine_fields_none_of_them_empty():
    assert piped(KNOWN, UNKNOWN) == (
        "vendor/a-model-with-a-long-name:70b-instruct-2026-01-02\t1048576\t65536\t1234.50\t0.0625"
        "\t12345.67\tvision,tools?\t2027-02-03\tlist+configuration\n"
        "vendor/b\tunknown\tunknown\tunknown\tunknown\tunknown"
        "\tvision?,pdf?,audio?,tools?,schema?,reasoning?\tunknown\tlist\n"
    )


def test_nothing_that_a_server_names_reaches_a_terminal_or_breaks_a_line():
    line = piped(HOSTILE)
    assert line.count("\n") == 1
    assert line.count("\t") == 8
    assert "\x1b" not in line
    assert not any("\x1b" in row for row in shown([HOSTILE], 60))
