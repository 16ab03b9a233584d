"""Each report of a suite that has everything, as a whole."""

import pytest

from tests.checks.reports.golden import FOLDER, REPORTS
from tests.checks.reports.results import EVERYTHING, SECRET


@pytest.mark.parametrize("name", REPORTS)
def test_the_report_is_the_golden_one(name):
    expected = (FOLDER / name).read_bytes().decode()
    assert REPORTS[name](EVERYTHING) == expected


@pytest.mark.parametrize("name", REPORTS)
def test_no_report_holds_a_secret_or_what_could_act_on_a_terminal(name):
    report = REPORTS[name](EVERYTHING)
    assert SECRET not in report
    assert "[redacted]" in report
    assert all(line.isprintable() for line in report.split("\n"))


def test_every_golden_file_has_its_report():
    assert {path.name for path in FOLDER.iterdir()} == set(REPORTS)
