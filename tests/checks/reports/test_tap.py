"""The TAP report."""

import json
import re
import shutil
import subprocess

import pytest
from hypothesis import given

from hello_llm.checks.assertions.mismatch import Mismatch
from hello_llm.checks.reports.tap import render as tap
from hello_llm.checks.results import AttemptResult, Verdict
from tests.checks.reports.results import (
    ANYTHING,
    EMPTY,
    EVERYTHING,
    HOSTILE,
    PLAIN,
    TEXTS,
    check,
    hostile_suites,
    right,
    suite,
)

POINT = re.compile(r"(?P<ok>(?:not )?ok) (?P<number>\d+) - (?P<about>(?:[^\\#]|\\[\\#])*?)"
                   r"(?: # (?P<directive>(?:SKIP|TODO) .+))?")  # fmt: skip


def points(report: str) -> list[re.Match[str]]:
    """The test points, after a check that nothing else is in `report` that a harness would read."""
    version, plan, *rest, comment, end = report.split("\n")
    assert (version, comment[:2], end) == ("TAP version 13", "# ", "")
    found, inside = [], False
    for line in rest:
        if inside:
            assert line.startswith("  ")
            inside = line != "  ..."
        elif line == "  ---":
            inside = True
        else:
            match = POINT.fullmatch(line)
            assert match, line
            found.append(match)
    assert not inside
    assert plan.split(" # ")[0] == f"1..{len(found)}"
    assert [int(match["number"]) for match in found] == list(range(1, len(found) + 1))
    return found


def test_each_verdict_has_its_line():
    told = {
        match["about"]: (match["ok"], match["directive"])
        for match in points(tap(EVERYTHING, TEXTS))
    }
    assert told["says yes on mock"] == ("ok", None)
    assert told["mostly says yes on mock"] == ("ok", None)
    assert told["writes a poem on mock"] == ("not ok", None)
    assert told["is cut off on mock"] == ("not ok", None)
    assert told["is known to fail on mock"] == ("not ok", "TODO quarantined")
    assert told["was fixed on mock"] == ("ok", "TODO quarantined")
    assert told["came too late on mock"] == ("ok", "SKIP not tried: the budget is spent")


HARNESS = """\
my $parser = TAP::Parser->new({ tap => do { local $/; <STDIN> } });
while (my $found = $parser->next) {
    printf "%s|%s|%s|%s\\n", $found->is_actual_ok ? "ok" : "not ok", $found->number,
        $found->directive, $found->description if $found->is_test;
    die "unknown: " . $found->as_string if $found->is_unknown;
}
die join "\\n", $parser->parse_errors if $parser->parse_errors;
"""


@pytest.mark.skipif(shutil.which("prove") is None, reason="needs the harness of Perl")
@pytest.mark.parametrize("texts", [TEXTS, PLAIN], ids=["texts", "plain"])
def test_the_harness_of_perl_reads_the_report_and_complains_of_nothing(texts):
    report = tap(EVERYTHING, texts).encode(errors="backslashreplace")
    command = ["perl", "-MTAP::Parser", "-e", HARNESS]
    read = subprocess.run(command, input=report, capture_output=True, check=True)
    told = [line.split("|")[:3] for line in read.stdout.decode().splitlines()]
    assert read.stderr == b""
    assert told == [
        [match["ok"], match["number"], (match["directive"] or "").partition(" ")[0]]
        for match in points(report.decode())
    ]


def test_an_empty_suite_is_skipped():
    assert tap(EMPTY, TEXTS) == "TAP version 13\n1..0 # SKIP no checks\n# no checks\n"


def test_the_blocks_are_yaml_that_an_independent_parser_reads_back():
    yaml = pytest.importorskip("yaml")
    blocks = re.findall(
        r"^  ---\n(.*?)^  \.\.\.$", tap(EVERYTHING, TEXTS), re.DOTALL | re.MULTILINE
    )
    read = [yaml.safe_load(block) for block in blocks]
    assert [block["severity"] for block in read] == [
        *("flaky", "fail", "error", "error", "quarantined", "fail", "fail")
    ]
    assert read[0]["at"] == {"file": "examples/smoke.toml", "line": 20}
    (hostile,) = read[-1]["attempts"]
    assert hostile["findings"][0]["expected"] == TEXTS.whole(HOSTILE)


@given(ANYTHING)
def test_any_answer_reads_back_from_its_block(text):
    yaml = pytest.importorskip("yaml")
    answered = suite(check("it", Verdict.PASS, *_one_wrong(text)))
    block = tap(answered, PLAIN).partition("  ---\n")[2].partition("\n  ...\n")[0]
    read = yaml.safe_load(block)["attempts"][0]["findings"][0]["got"]
    assert read == "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)


@given(hostile_suites())
def test_any_text_gives_as_many_points_as_there_are_checks(result):
    for texts in (TEXTS, PLAIN):
        assert len(points(tap(result, texts))) == len(result.results)


@given(ANYTHING)
def test_a_scalar_is_one_line_of_printable_characters(text):
    report = tap(suite(check("it", Verdict.PASS, *_one_wrong(text))), PLAIN)
    (line,) = (line for line in report.split("\n") if line.startswith("          got: "))
    assert line.isprintable()
    if all(ord(c) < 0xD800 for c in text):
        assert json.loads(line.partition(": ")[2]) == text


def _one_wrong(text):
    return AttemptResult(Verdict.FAIL, 0.1, None, (Mismatch("exec", "", text),)), right()
