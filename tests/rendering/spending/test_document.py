"""Spending as JSON and as CSV."""

import csv
import io
import json
from typing import get_args

import jsonschema
import pytest

from hello_llm.contract import ExitCode, UsageError
from hello_llm.contract.budget import WINDOWS
from hello_llm.ledger.processes import Fate
from hello_llm.ledger.spending import GROUPINGS
from hello_llm.rendering.json.schemas import load_schema
from hello_llm.rendering.spending.csv import spend_csv
from hello_llm.rendering.spending.document import (
    micros,
    reconcile_document,
    reconcile_failure,
    spend_document,
    spend_failure,
)
from tests.rendering.spending.reports import DAYS, MODELS, NOTHING


@pytest.mark.parametrize("report", [DAYS, MODELS, NOTHING])
def test_the_document_keeps_to_its_schema(report):
    document = json.loads(json.dumps(spend_document(report)))

    jsonschema.validate(document, load_schema("spend"))
    assert document.keys() == load_schema("spend")["properties"].keys()


def test_a_failure_has_the_same_keys_and_keeps_to_the_schema():
    error = UsageError("no", "hint")

    failed = spend_failure(error, str)

    jsonschema.validate(failed, load_schema("spend"))
    assert failed.keys() == spend_document(DAYS).keys()
    assert failed["error"]["message"] == "no"
    assert reconcile_failure(error, str).keys() == reconcile_document(None, []).keys()


def test_the_schema_knows_each_exit_code_and_each_fate():
    properties = load_schema("spend")["properties"]
    codes = [code.name for code in ExitCode if code is not ExitCode.OK]

    assert properties["exit_code"]["enum"] == [int(code) for code in ExitCode]
    assert properties["error"]["properties"]["code"]["enum"] == codes
    assert properties["by"]["enum"] == [*GROUPINGS, None]
    reservation = properties["reservations"]["items"]["properties"]
    assert reservation["process"]["enum"] == list(get_args(Fate))
    limit = properties["limits"]["items"]["properties"]
    assert limit["window"]["enum"] == list(WINDOWS)


def test_exact_amounts_add_up_and_rounded_ones_are_the_nearest():
    document = spend_document(DAYS)

    assert document["usd_nanos"] == sum(row["usd_nanos"] for row in document["rows"])
    assert document["usd_micros"] == 2_250_000
    assert [row["usd_micros"] for row in document["rows"]] == [1_500_000, 0, 750_000]


@pytest.mark.parametrize(("nanos", "rounded"), [(0, 0), (499, 0), (500, 1), (1499, 1), (1500, 2)])
def test_millionths_are_rounded_to_the_nearest(nanos, rounded):
    assert micros(nanos) == rounded


def test_what_is_found_by_reconcile_is_sorted_by_its_fate():
    document = reconcile_document(DAYS.ledger, DAYS.reservations)

    assert [(document[fate][0]["pid"]) for fate in ("running", "gone", "elsewhere")] == [
        101,
        102,
        103,
    ]


def test_csv_has_a_header_exact_amounts_and_empty_cells_for_what_is_not_known():
    rows = list(csv.reader(io.StringIO(spend_csv(DAYS).decode())))

    assert rows == [
        "day calls tokens_in tokens_out usd usd_at_bound unpriced kept exceeded".split(),
        ["2026-03-02", "1200", "1234567", "98765", "1.50", "0.00", "0", "0", "0"],
        ["2026-03-03", "2", "", "", "0.0000004", "0.0000004", "0", "2", "0"],
        ["2026-03-04", "9", "4000", "900", "0.750000001", "0.25", "1", "0", "3"],
    ]
