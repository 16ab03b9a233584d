"""TAP: a line for each check, and a YAML block below each that did not pass every time.

The report uses only features of both versions 13 and 14. It declares version 13, because Perl's
``prove`` before 3.48 and other readers treat any later version as an error.
"""

import json
import re
from collections.abc import Iterator

from hello_llm.checks.reports.texts import Texts
from hello_llm.checks.reports.wording import (
    Status,
    counts_phrase,
    headline,
    kind,
    not_passed,
    score,
    status_of,
    took,
)
from hello_llm.checks.results import AttemptResult, CheckResult, SuiteResult, Verdict

_SPECIAL = re.compile(r"[\\#]")


def render(result: SuiteResult, texts: Texts) -> str:
    """Return the TAP report of `result`."""
    lines = ["TAP version 13", f"1..{len(result.results)}"]
    if not result.results:
        lines[1] += " # SKIP no checks"
    for number, check in enumerate(result.results, 1):
        lines.append(_test_point(number, check, texts))
        if status_of(check) not in {Status.PASS, Status.SKIPPED}:
            lines += ["  ---", *_block(result, check, texts), "  ..."]
    return "\n".join([*lines, f"# {counts_phrase(result)}", ""])


def _test_point(number: int, check: CheckResult, texts: Texts) -> str:
    ok = "ok" if check.verdict in {Verdict.PASS, Verdict.SKIPPED} else "not ok"
    about = _escaped(texts.line(f"{check.name} on {check.model}"))
    if check.verdict is Verdict.SKIPPED:
        directive = f" # SKIP {_escaped(texts.line(score(check)))}"
    else:
        directive = " # TODO quarantined" if check.quarantined else ""
    return f"{ok} {number} - {about}{directive}"


def _block(result: SuiteResult, check: CheckResult, texts: Texts) -> Iterator[str]:
    yield f"  message: {_scalar(headline(check, texts))}"
    yield f"  severity: {status_of(check)}"
    yield "  at:"
    yield f"    file: {_scalar(texts.line(str(result.suite)))}"
    yield f"    line: {check.line}"
    yield f"  replay: {_scalar(texts.block(check.replay))}"
    yield "  attempts:"
    for number, attempt in not_passed(check):
        yield from _attempt(number, attempt, texts)


def _attempt(number: int, attempt: AttemptResult, texts: Texts) -> Iterator[str]:
    yield f"    - number: {number}"
    yield f"      verdict: {attempt.verdict}"
    yield f"      kind: {_scalar(texts.line(kind(attempt)))}"
    yield f"      seconds: {took(attempt.wall_s)}"
    error = attempt.error
    if error is not None:
        yield f"      error: {_scalar(texts.block(f'{error.exit_code.name}: {error.message}'))}"
        if error.hint:
            yield f"      hint: {_scalar(texts.block(error.hint))}"
    if attempt.mismatches:
        yield "      findings:"
    for mismatch in attempt.mismatches:
        yield f"        - assertion: {_scalar(texts.line(mismatch.assertion))}"
        yield f"          expected: {_scalar(texts.block(mismatch.expected))}"
        yield f"          got: {_scalar(texts.block(mismatch.got))}"
    reply = attempt.answer
    if reply is not None:
        yield f"      answer: {_scalar(texts.block(reply.text))}"


def _escaped(text: str) -> str:
    """Return `text`, escaping characters that begin a directive or look like an escape."""
    return _SPECIAL.sub(r"\\\g<0>", "".join(c if c.isprintable() else "\ufffd" for c in text))


def _scalar(text: str) -> str:
    r"""Return `text` as a double-quoted YAML scalar, on one line.

    The format is that of JSON, except for characters beyond U+FFFF, because YAML has no surrogate
    pairs of ``\u`` escapes.
    """
    return "".join(
        c if c.isprintable() else _escape(c) for c in json.dumps(text, ensure_ascii=False)
    )


def _escape(character: str) -> str:
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        return "\N{REPLACEMENT CHARACTER}"
    return f"\\U{code:08X}" if code > 0xFFFF else f"\\u{code:04x}"
