"""Markdown: a table of the checks, then those that did not pass every time, with diffs."""

import re
from collections import Counter
from collections.abc import Iterator
from difflib import unified_diff

from hello_llm.checks.assertions.mismatch import Mismatch
from hello_llm.checks.reports.texts import Texts, shortened
from hello_llm.checks.reports.wording import (
    Figures,
    Status,
    counts_phrase,
    heading,
    not_passed,
    passed,
    status_of,
    tally,
    took,
    trouble,
)
from hello_llm.checks.results import AttemptResult, CheckResult, SuiteResult

# Characters that Markdown interprets, and patterns that GitHub looks for in the rendered page,
# where escaping no longer helps: mentions, issues, addresses, emoji.
_ACTIVE = re.compile(r"[\\`*_{}\[\]<>&|~#$:@]|\bwww\.|\bGH-", re.IGNORECASE)
_BACKTICKS = re.compile("`+")
_LONGEST_DIFFED = 20_000
_HEAD = ("| check | model | result | passed | tokens in | tokens out | cost in USD | seconds |",)
_RULE = ("| --- | --- | --- | --- | ---: | ---: | ---: | ---: |",)


def render(result: SuiteResult, texts: Texts, *, longest: int | None = None) -> str:
    """Return the Markdown report of `result`.

    Args:
        result: the result of the suite.
        texts: prepares texts for the report.
        longest: approximate size limit in bytes; the end of the report counts the parts left out.
    """
    title = f"# {_inline(texts.line(result.suite.name))}: {counts_phrase(result)}"
    rows = [_row(check, texts) for check in result.results]
    table = [*_HEAD, *_RULE] if rows else []
    figures = Figures.of(result.results)
    cost = "" if figures.dollars is None else f", {figures.dollars} USD"
    closing = f"Exit code {result.exit_code} after {took(result.wall_s)} s{cost}."
    sections = [
        "\n\n".join(_section(result, check, texts))
        for check in result.results
        if status_of(check) not in {Status.PASS, Status.SKIPPED}
    ]
    skipped = list(_skipped(result, texts))
    fixed = "\n\n".join([title, *skipped, closing, ""])
    kept_rows, left = _fitting([*table, *rows], longest, _bytes(fixed))
    kept_sections, _ = _fitting(sections, left, 0)
    missing = len(table) + len(rows) - len(kept_rows), len(sections) - len(kept_sections)
    parts = [title, "\n".join(kept_rows), *skipped, *kept_sections, *_left_out(*missing), closing]
    return "\n\n".join(filter(None, parts)) + "\n"


def _fitting(parts: list[str], longest: int | None, taken: int) -> tuple[list[str], int | None]:
    """Return the first `parts` that fit `longest` bytes less `taken`, and the bytes left."""
    if longest is None:
        return parts, None
    left = longest - taken
    for index, part in enumerate(parts):
        size = _bytes(part) + 2
        if size > left:
            return parts[:index], left
        left -= size
    return parts, left


def _left_out(rows: int, sections: int) -> Iterator[str]:
    if rows or sections:
        yield f"Left out to keep this short: {rows} rows, {sections} checks that did not pass."


def _skipped(result: SuiteResult, texts: Texts) -> Iterator[str]:
    """Yield, for each reason, how many checks were skipped because of it."""
    reasons = Counter(
        texts.line(check.skipped_because)
        for check in result.results
        if status_of(check) is Status.SKIPPED
    )
    for reason, count in reasons.items():
        if reason:
            yield f"{count} skipped: {_inline(reason)}."


def _row(check: CheckResult, texts: Texts) -> str:
    figures = Figures.of([check])
    cells = (
        *(_inline(texts.line(text)).replace("|", "\\|") for text in (check.name, check.model)),
        status_of(check).value,
        f"{passed(check)} of {len(check.attempts)}",
        *map(_figure, (figures.tokens_in, figures.tokens_out, figures.dollars)),
        took(sum(attempt.wall_s for attempt in check.attempts)),
    )
    return f"| {' | '.join(cells)} |"


def _figure(value: object) -> str:
    return "" if value is None else str(value)


def _section(result: SuiteResult, check: CheckResult, texts: Texts) -> Iterator[str]:
    yield f"## {status_of(check)}: {_inline(texts.line(f'{check.name} on {check.model}'))}"
    place = _inline(texts.line(f"{result.suite}:{check.line}"))
    tags = f"; tags: {_inline(texts.line(', '.join(check.tags)))}" if check.tags else ""
    yield f"At {place}: {tally(check)}{tags}."
    for number, attempt in not_passed(check):
        yield from _attempt(number, attempt, texts)
    if check.replay:
        yield "Run again:"
        yield _fenced(texts.block(check.replay), "sh")


def _attempt(number: int, attempt: AttemptResult, texts: Texts) -> Iterator[str]:
    yield f"Attempt {number}: {attempt.verdict}"
    for mismatch in attempt.mismatches:
        yield f"Expected by {_inline(texts.line(mismatch.assertion))}:"
        yield _fenced(_diff(mismatch, texts), "diff")
    told = trouble(attempt)
    if told:
        yield _fenced("\n".join(map(texts.block, told)), "text")
    reply = attempt.answer
    if reply is not None and reply.text:
        yield f"The {heading(reply)}:"
        yield _fenced(texts.block(reply.text), "text")


def _diff(mismatch: Mismatch, texts: Texts) -> str:
    expected, got = (
        shortened(texts.whole(text), _LONGEST_DIFFED).split("\n")
        for text in (mismatch.expected, mismatch.got)
    )
    lines = list(unified_diff(expected, got, "expected", "got", lineterm=""))
    if not lines:  # both look the same to a reader
        lines = [f"- {expected[0]}", f"+ {got[0]}"]
    return shortened("\n".join(lines))


def _fenced(text: str, language: str) -> str:
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _inline(text: str) -> str:
    """Return `text`, one line, so that it displays literally: as inline code if necessary."""
    if not _ACTIVE.search(text):
        return text
    ticks = "`" * (_longest_run(text) + 1)
    space = " " if "`" in {text[0], text[-1]} else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def _longest_run(text: str) -> int:
    """Return the length of the longest run of backticks in `text`."""
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)


def _bytes(text: str) -> int:
    return len(text.encode(errors="replace"))
