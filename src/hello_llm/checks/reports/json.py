"""The JSON report: the complete result of a suite, read back to rerun failed checks."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from hello_llm.checks.reports.texts import ReplyDocument, Texts
from hello_llm.checks.reports.wording import counts
from hello_llm.checks.results import AttemptResult, CheckResult, SuiteResult, Verdict
from hello_llm.contract import ExitCode, UsageError
from hello_llm.text.ci_commands import disarmed_json

CHECKS_SCHEMA = "hello-llm.checks/1"

# Keys whose values are words of the schema rather than free text.
_FIXED = frozenset({"schema", "verdict", "provider", "finish_reason", "code"})


def render(result: SuiteResult, texts: Texts) -> str:
    """Return the JSON report of `result`, with texts in full except for secrets.

    Non-printing characters, and commands that a CI system would run, are written as escapes, which
    JSON parsers decode again.
    """
    value = {
        "schema": CHECKS_SCHEMA,
        "ok": result.exit_code is ExitCode.OK,
        "exit_code": int(result.exit_code),
        "suite": str(result.suite),
        "started_at": result.started_at,
        "wall_s": result.wall_s,
        "counts": {known.value: count for known, count in counts(result.results).items()},
        "results": [_check(check, texts.document) for check in result.results],
    }
    text = disarmed_json(json.dumps(_redacted(value, texts.redact), ensure_ascii=False, indent=2))
    return "".join(f"{_printing(line)}\n" for line in text.split("\n"))


def failed_in(report: str) -> list[tuple[str, str]]:
    """Return the name and the model of each check that did not pass, quarantined or not.

    Secrets are removed from the names too, so compare them with names redacted the same way.

    Args:
        report: a JSON report of an earlier run.

    Raises:
        UsageError: `report` is not a JSON report of checks.
    """
    try:
        read = json.loads(report)
        if read["schema"] != CHECKS_SCHEMA:
            raise UsageError(*_NO_REPORT)
        return [
            (str(check["name"]), str(check["model"]))
            for check in read["results"]
            if check["verdict"] != Verdict.PASS
        ]
    except (ValueError, RecursionError, TypeError, KeyError) as error:
        raise UsageError(*_NO_REPORT) from error


_NO_REPORT = (
    f"the file is not a JSON report of checks ({CHECKS_SCHEMA})",
    "write one with --report json=FILE",
)


def _check(check: CheckResult, document: ReplyDocument) -> dict[str, Any]:
    return {
        "name": check.name,
        "model": check.model,
        "provider": check.provider,
        "verdict": check.verdict.value,
        "flaky": check.flaky,
        "quarantined": check.quarantined,
        "needed": check.needed,
        "planned": check.planned,
        "line": check.line,
        "tags": list(check.tags),
        "replay": check.replay,
        "skipped_because": check.skipped_because or None,
        "attempts": [_attempt(attempt, check, document) for attempt in check.attempts],
    }


def _attempt(attempt: AttemptResult, check: CheckResult, document: ReplyDocument) -> dict[str, Any]:
    silent = attempt.reply is None and attempt.error is None
    return {
        "verdict": attempt.verdict.value,
        "wall_s": attempt.wall_s,
        "findings": [asdict(mismatch) for mismatch in attempt.mismatches],
        "reply": None
        if silent
        else document(attempt.reply, attempt.error, provider=check.provider, model=check.model),
    }


def _redacted(value: object, redact: Callable[[str], str]) -> Any:  # noqa: ANN401 - JSON is anything
    match value:
        case str():
            return redact(value)
        case Mapping():
            return {
                key: inner if key in _FIXED else _redacted(inner, redact)
                for key, inner in value.items()
            }
        case list() | tuple():
            return [_redacted(inner, redact) for inner in value]
    return value


def _printing(line: str) -> str:
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)
