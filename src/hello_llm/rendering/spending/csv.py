"""Spending as CSV: one line for each group, with exact amounts in dollars."""

import csv
from io import StringIO

from hello_llm.ledger.report import SpendReport
from hello_llm.text.money import decimal

_COLUMNS = ("calls", "tokens_in", "tokens_out", "usd", "usd_at_bound")
_MARKS = ("unpriced", "kept", "exceeded")


def spend_csv(report: SpendReport) -> bytes:
    """Return a header and the rows of `report`; what is not known is empty."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((report.by, *_COLUMNS, *_MARKS))
    for row in report.rows:
        amounts = (decimal(row.nano_usd), decimal(row.at_bound_nano_usd))
        counted = (row.calls, row.tokens_in, row.tokens_out)
        marks = (row.unpriced, row.kept, row.exceeded)
        writer.writerow((row.name, *counted, *amounts, *marks))
    return text.getvalue().encode()
