"""The usage table."""

from dataclasses import replace

import pytest

from hello_llm.contract import Usage
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.usage_table import dollars, duration, tokens_per_second, write_usage
from tests.rendering.replies import USAGE, reply
from tests.rendering.screens import Pipes, Screen


def table(usage: Usage, columns: str = "80", **changes: object) -> str:
    pipes = Pipes({"COLUMNS": columns})
    write_usage(pipes.terminal, Messages(pipes.terminal), reply("x", usage=usage, **changes))
    return pipes.stderr


def test_at_80_columns_it_is_two_aligned_rows():
    assert table(USAGE) == (
        "tokens in  tokens out  first token  latency  tokens/s       cost  finish\n"
        "       12          40        95 ms   812 ms      55.8  $0.000012    stop\n"
    )


def test_at_60_columns_it_is_a_row_for_each_figure():
    assert table(USAGE, "60") == (
        "tokens in           12\n"
        "tokens out          40\n"
        "first token      95 ms\n"
        "latency         812 ms\n"
        "tokens/s          55.8\n"
        "cost         $0.000012\n"
        "finish            stop\n"
    )


def test_what_was_not_measured_is_a_dash():
    assert table(Usage(), finish_reason=None) == (
        "tokens in  tokens out  first token  latency  tokens/s  cost  finish\n"
        "        —           —            —        —         —     —       —\n"
    )


def test_an_estimate_says_so():
    assert table(replace(USAGE, estimated=True, usd_micros=None)) == (
        "tokens in  tokens out  first token  latency  tokens/s  cost  finish\n"
        "      ~12         ~40        95 ms   812 ms     ~55.8     —    stop\n"
        "~ estimated, not the server's own figure\n"
    )


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
@pytest.mark.parametrize("columns", [60, 80])
def test_a_terminal_sees_the_same_table(environ, columns):
    screen = Screen(columns)
    terminal = screen.terminal(environ)
    write_usage(terminal, Messages(terminal), reply("x"))
    assert screen.rows() == table(USAGE, str(columns)).splitlines()


@pytest.mark.parametrize(
    ("usd_micros", "shown"),
    [
        (None, "—"),
        (0, "$0"),
        (1, "$0.000001"),
        (12, "$0.000012"),
        (120_000, "$0.12"),
        (123_456, "$0.123456"),
        (1_500_000, "$1.50"),
        (1_000_000, "$1.00"),
        (1_234_567_890, "$1,234.56789"),
    ],
)
def test_money_is_exact(usd_micros, shown):
    assert dollars(usd_micros) == shown


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [(None, "—"), (0, "0 ms"), (999, "999 ms"), (1000, "1.00 s"), (61_234, "61.23 s")],
)
def test_times_are_in_the_unit_that_reads_best(milliseconds, shown):
    assert duration(milliseconds) == shown


@pytest.mark.parametrize(
    ("usage", "shown"),
    [
        (Usage(tokens_out=10, latency_ms=1100, first_token_ms=100), "10.0"),
        (Usage(tokens_out=10, latency_ms=1100), "—"),
        (Usage(tokens_out=10, first_token_ms=100), "—"),
        (Usage(latency_ms=1100, first_token_ms=100), "—"),
        (Usage(tokens_out=10, latency_ms=100, first_token_ms=100), "—"),
        (Usage(tokens_out=0, latency_ms=200, first_token_ms=100), "—"),
    ],
)
def test_the_pace_is_shown_only_if_all_it_takes_was_measured(usage, shown):
    assert tokens_per_second(usage) == shown


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("server", "the cost is what the server says\n"),
        ("configuration", "the cost is by the prices of the configuration\n"),
        ("list", ""),
        ("local", ""),
        (None, ""),
    ],
)
def test_a_price_that_is_not_from_the_usual_list_says_whose_it_is(source, said):
    *_, figures, rest = table(replace(USAGE, price_source=source)).split("\n", 2)
    assert figures.endswith("stop")
    assert rest == said
