"""A batch costs no more than it may, in all its runs together, and the ledger has every row."""

import json

import pytest

from tests.cli.batch.echoing import answers, asking, echoing, ids, write_rows
from tests.cli.program import program

pytestmark = pytest.mark.in_process

COST_MICROS = 12 * 1 + 4 * 1
BOUND_MICROS = len("row 40") + 300 + 4
"""The most that one row may cost: a token for each byte, and some for the template."""
PRICED = """
version = 1
[models."openai/x"]
input = 1.0
output = 1.0
"""


@pytest.fixture
def config(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text(PRICED)
    return file


@pytest.fixture
def batch(tmp_path, config):
    """Run a batch of 40 rows against a server, with some flags."""
    rows, out = write_rows(tmp_path / "rows.jsonl", 40), tmp_path / "out.jsonl"
    with echoing() as server:

        def run(*flags):
            fixed = ("--max-tokens", 4, "--config", config, "--json")
            ended = program(*asking(server, rows, out, *fixed, *flags))
            return ended, json.loads(ended.text), out

        yield run


def test_the_run_ends_before_it_could_cost_more(batch):
    most = 0.0005
    ended, found, out = batch("-j", 8, "--max-cost", most)
    assert (ended.code, found["error"]["code"]) == (12, "BUDGET")
    assert 0 < found["usage"]["usd_micros"] <= most * 1e6
    assert found["answered"] == len(answers(out)) == 40 - found["pending"]
    assert found["failed"] == 0
    assert "--max-cost" in ended.stderr

    ended, again, _ = batch("-j", 8, "--max-cost", most)
    assert (ended.code, again["usage"]["usd_micros"] <= most * 1e6) == (12, True)
    ended, whole, _ = batch("-j", 8, "--max-cost", 1)
    assert (ended.code, whole["answered"]) == (0, 40)
    assert whole["usage"]["usd_micros"] == 40 * COST_MICROS
    assert sorted(ids(out)) == list(range(1, 41))


def test_nearly_all_of_the_money_is_used(batch):
    """What an answer leaves over of its bound pays for others."""
    most_micros = 30 * COST_MICROS
    _, found, _ = batch("-j", 8, "--max-cost", most_micros / 1e6)
    assert found["usage"]["usd_micros"] > most_micros - BOUND_MICROS


def test_a_model_without_a_price_is_refused_before_anything_is_sent(batch, config):
    config.write_text("version = 1\n")
    ended, found, out = batch("--max-cost", 1)
    assert (ended.code, found["pending"], out.read_bytes()) == (12, 40, b"")


def test_the_ledger_has_every_row(batch):
    _, found, _ = batch("-j", 8, "--ledger")
    spent = json.loads(program("spend", "--by", "command", "--json").text)
    (row,) = spent["rows"]
    assert (row["name"], row["calls"], row["usd_micros"]) == ("batch", 40, 40 * COST_MICROS)
    assert found["usage"]["usd_micros"] == spent["usd_micros"]


def test_a_limit_of_the_user_ends_the_run_and_leaves_the_rest(batch, config):
    config.write_text(f"{PRICED}[budget]\ndaily = 0.0005\n")
    ended, found, out = batch("-j", 8)
    assert (ended.code, found["failed"]) == (12, 0)
    assert 0 < found["answered"] == len(ids(out)) < 40
    assert "the daily limit" in ended.stderr
