"""The Markdown report, as an independent parser reads it."""

import re
from itertools import pairwise

from hypothesis import example, given
from markdown_it import MarkdownIt
from markdown_it.token import Token

from hello_llm.checks.assertions.mismatch import Mismatch
from hello_llm.checks.reports.md import render as markdown
from hello_llm.checks.results import AttemptResult, Verdict
from tests.checks.reports.results import (
    ANYTHING,
    EMPTY,
    EVERYTHING,
    PLAIN,
    TEXTS,
    check,
    hostile_suites,
    suite,
    wrong,
)

COLUMNS = 8
BLOCKS = {"heading", "paragraph", "table", "thead", "tbody", "tr", "th", "td", "inline", "fence"}


def tokens(report: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(report)


def cells(report: str) -> list[str]:
    """The texts of the cells of the table's body."""
    read = tokens(report)
    return [
        "".join(child.content for child in after.children or ())
        for token, after in pairwise(read)
        if token.type == "td_open"
    ]


def fences(report: str) -> list[tuple[str, str]]:
    return [(token.info, token.content) for token in tokens(report) if token.type == "fence"]


def mismatch(expected: str, got: str) -> str:
    """The diff of one mismatch."""
    attempt = AttemptResult(Verdict.FAIL, 0.1, None, (Mismatch("equals", expected, got),))
    (diff,) = (
        content
        for info, content in fences(markdown(suite(check("it", Verdict.FAIL, attempt)), PLAIN))
        if info == "diff"
    )
    return diff


def test_there_is_a_row_for_each_check():
    assert len(cells(markdown(EVERYTHING, TEXTS))) == COLUMNS * len(EVERYTHING.results)


def test_a_suite_without_checks_has_no_table():
    assert markdown(EMPTY, TEXTS) == "# smoke.toml: no checks\n\nExit code 0 after 4.500 s.\n"


def test_what_was_expected_and_what_came_are_a_diff():
    assert mismatch("a\nb\nc", "a\nx\nc") == (
        "--- expected\n+++ got\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n"
    )


def test_texts_that_look_alike_are_still_shown():
    assert mismatch("a", "a") == "- a\n+ a\n"


def test_a_difference_far_into_a_text_is_seen():
    lines = "same\n" * 3000
    assert "-left\n+right" in mismatch(f"{lines}left", f"{lines}right")


def test_a_long_answer_is_shortened():
    report = markdown(suite(check("long", Verdict.FAIL, wrong("x" * 5000))), TEXTS)
    assert "x" * 2001 not in report
    assert "(3,000 more characters)" in report


@given(hostile_suites())
def test_any_text_leaves_the_report_with_the_blocks_it_has(result):
    for texts in (TEXTS, PLAIN):
        read = tokens(markdown(result, texts))
        kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in read}
        assert kinds <= BLOCKS
        rows = sum(token.type == "tr_open" for token in read)
        assert rows == (len(result.results) + 1 if result.results else 0)
        inner = {child.type for token in read for child in token.children or ()}
        assert inner <= {"text", "code_inline"}


# What GitHub looks for in a page that was made of Markdown, save in code: mentions, issues,
# addresses and emoji.
FOUND_LATER = re.compile(r"@|#|:\w|www\.|gh-", re.IGNORECASE)


@given(hostile_suites())
@example(suite(check("@all #1 gh-2 www.e.invalid :+1: a@b.invalid", Verdict.FAIL, model="@me")))
def test_nothing_that_github_would_link_or_notify_stands_outside_of_code(result):
    read = tokens(markdown(result, TEXTS))
    words = [
        child.content for token in read for child in token.children or () if child.type == "text"
    ]
    assert not FOUND_LATER.search("\n".join(words))


def test_it_is_said_once_for_each_reason_how_many_checks_were_skipped():
    late = [check(name, Verdict.SKIPPED, skipped_because="it is late") for name in "ab"]
    report = markdown(suite(*late, check("c", Verdict.SKIPPED, skipped_because="|no|")), TEXTS)
    assert "\n\n2 skipped: it is late.\n\n1 skipped: `|no|`.\n\n" in report


def test_a_wrong_error_is_told_once():
    report = markdown(EVERYTHING, TEXTS)
    assert report.count("REQUEST: there is no such model") == 1
    assert "```text\nhint: hello-llm doctor\n```" in report


@given(ANYTHING)
def test_a_name_reads_back_from_its_cell(text):
    name = TEXTS.line(text)
    read = cells(markdown(suite(check(text, Verdict.PASS)), TEXTS))[0]
    assert read.replace("\xa0", " ").split() == name.replace("\xa0", " ").split()


@given(ANYTHING)
def test_an_answer_reads_back_from_its_fence(text):
    report = markdown(suite(check("it", Verdict.FAIL, wrong(f".{text}"))), TEXTS)
    shown = [content for info, content in fences(report) if info == "text"]
    assert shown == [TEXTS.block(f".{text}") + "\n"]


def test_a_report_that_may_not_be_longer_says_what_is_left_out():
    checks = [check(f"check {n}", Verdict.FAIL, wrong("x" * 1500)) for n in range(100)]
    report = markdown(suite(*checks), TEXTS, longest=50_000)
    assert 45_000 < len(report.encode()) < 50_000
    assert len(cells(report)) == COLUMNS * 100
    assert "Left out to keep this short: 0 rows, " in report
    shorter = markdown(suite(*checks), TEXTS, longest=3000)
    assert len(shorter.encode()) < 3100
    assert "rows, 100 checks that did not pass." in shorter
