"""JUnit XML, in the dialect of Surefire and Jenkins: a test suite for each model.

The report contains only elements that the schema of Jenkins' xUnit plugin allows. The schema does
not allow properties in a test case, so the properties of a model are in its test suite, and those
of a check are in its ``system-out``.
"""

import re
from xml.etree import ElementTree as ET

from hello_llm.checks.reports.texts import Texts
from hello_llm.checks.reports.wording import (
    Figures,
    Status,
    by_model,
    complaint,
    counts,
    heading,
    headline,
    kind,
    not_passed,
    reason,
    score,
    started,
    status_of,
    telling,
    took,
)
from hello_llm.checks.results import AttemptResult, CheckResult, SuiteResult, Verdict

# XML 1.0 allows no other characters, even escaped; a carriage return would become a newline.
_FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(result: SuiteResult, texts: Texts) -> str:
    """Return the JUnit report of `result`."""
    counted = counts(result.results)
    root = ET.Element(
        "testsuites",
        name=_clean(texts.line(str(result.suite))),
        tests=str(len(result.results)),
        failures=str(counted[Status.FAIL]),
        errors=str(counted[Status.ERROR]),
        time=took(result.wall_s),
    )
    for checks in by_model(result):
        _add_suite(root, result, list(checks), texts)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _add_suite(
    root: ET.Element, result: SuiteResult, checks: list[CheckResult], texts: Texts
) -> None:
    counted = counts(checks)
    model = _clean(texts.line(checks[0].model))
    suite = ET.SubElement(
        root,
        "testsuite",
        name=f"{_clean(texts.line(result.suite.stem))} on {model}",
        tests=str(len(checks)),
        failures=str(counted[Status.FAIL]),
        errors=str(counted[Status.ERROR]),
        skipped=str(counted[Status.SKIPPED] + counted[Status.QUARANTINED]),
        time=took(sum(attempt.wall_s for check in checks for attempt in check.attempts)),
        timestamp=started(result),
        file=_clean(texts.line(str(result.suite))),
    )
    properties = ET.SubElement(suite, "properties")
    told = {"model": model, "provider": checks[0].provider, **_figures(Figures.of(checks))}
    for name, value in told.items():
        ET.SubElement(properties, "property", name=name, value=_clean(value))
    for check in checks:
        _add_case(suite, result, check, texts)


def _add_case(suite: ET.Element, result: SuiteResult, check: CheckResult, texts: Texts) -> None:
    # Readers treat the part after the last full stop as the class, and the rest as packages.
    group = f"{result.suite.stem}.{check.model.replace('.', '_')}"
    case = ET.SubElement(
        suite,
        "testcase",
        name=_clean(texts.line(check.name)),
        classname=_clean(texts.line(group)),
        time=took(sum(attempt.wall_s for attempt in check.attempts)),
    )
    match status_of(check):
        case Status.FAIL:
            _add_outcome(case, "failure", check, texts)
        case Status.ERROR:
            _add_outcome(case, "error", check, texts)
        case Status.QUARANTINED | Status.SKIPPED:
            _add_outcome(case, "skipped", check, texts)
        case Status.FLAKY:
            for number, attempt in not_passed(check):
                _add_flaky(case, number, attempt, texts)
        case Status.PASS:
            pass
    ET.SubElement(case, "system-out").text = _clean(_output(result, check, texts))


def _add_outcome(case: ET.Element, tag: str, check: CheckResult, texts: Texts) -> None:
    how = status_of(check)
    stated = f"{how}: " if how is Status.QUARANTINED else ""
    outcome = ET.SubElement(case, tag, message=_clean(stated + headline(check, texts)))
    attempt = telling(check)
    what = how.value if attempt is None or tag == "skipped" else texts.line(kind(attempt))
    outcome.set("type", _clean(what))
    told = [
        f"attempt {number}: {attempt.verdict}\n{complaint(attempt, texts)}"
        for number, attempt in not_passed(check)
    ]
    outcome.text = _clean("\n\n".join(told))


def _add_flaky(case: ET.Element, number: int, attempt: AttemptResult, texts: Texts) -> None:
    tag = "flakyError" if attempt.verdict is Verdict.ERROR else "flakyFailure"
    message = f"attempt {number}: {reason(attempt, texts) or attempt.verdict}"
    what = texts.line(kind(attempt))
    flaky = ET.SubElement(case, tag, message=_clean(message), type=_clean(what))
    ET.SubElement(flaky, "stackTrace").text = _clean(complaint(attempt, texts))


def _output(result: SuiteResult, check: CheckResult, texts: Texts) -> str:
    told = {
        "line": f"{texts.line(str(result.suite))}:{check.line}",
        "tags": texts.line(", ".join(check.tags)),
        "result": texts.line(score(check)),
        **_figures(Figures.of([check])),
        "replay": texts.block(check.replay),
    }
    lines = [f"{name}: {value}" for name, value in told.items() if value]
    last = check.attempts[-1].answer if check.attempts else None
    if last is not None and last.text:
        lines += ["", f"{heading(last)}:", texts.block(last.text)]
    return "\n".join(lines)


def _figures(figures: Figures) -> dict[str, str]:
    told = {
        "tokens_in": figures.tokens_in,
        "tokens_out": figures.tokens_out,
        "cost_usd": figures.dollars,
        "median_latency_ms": figures.latency_ms,
    }
    return {name: str(value) for name, value in told.items() if value is not None}


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
