"""GitHub Actions annotations: a workflow command for each of the worst checks.

The escapes follow the runner's own toolkit:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from hello_llm.checks.reports.texts import Texts
from hello_llm.checks.reports.wording import Status, headline, passed, status_of
from hello_llm.checks.results import CheckResult, SuiteResult

MOST_ANNOTATIONS = 10
"""The most annotations of one kind that GitHub shows for a step."""
LONGEST_SUMMARY = 1_000_000
"""Size limit in bytes; GitHub rejects a step summary of more than 1 MiB."""

_COMMANDS = {
    Status.FAIL: "error",
    Status.ERROR: "error",
    Status.QUARANTINED: "warning",
    Status.FLAKY: "warning",
}


def render(result: SuiteResult, texts: Texts) -> str:
    """Return the workflow commands for the ten worst checks of `result`, one per line."""
    bad = [check for check in result.results if status_of(check) in _COMMANDS]
    worst = sorted(bad, key=_badness)
    lines = [_command(result, check, texts) for check in worst[:MOST_ANNOTATIONS]]
    more = len(worst) - len(lines)
    if more:
        lines.append(f"{more} more did not pass every time; only the worst are annotated.")
    return "".join(f"{line}\n" for line in lines)


def _badness(check: CheckResult) -> tuple[int, float]:
    """Sort key for the worst check first: its status, then its share of passed attempts."""
    return list(Status).index(status_of(check)), passed(check) / max(1, len(check.attempts))


def _command(result: SuiteResult, check: CheckResult, texts: Texts) -> str:
    properties = {
        "file": texts.whole(result.suite.as_posix()),
        "line": str(check.line),
        "title": texts.line(f"{status_of(check)}: {check.name} on {check.model}"),
    }
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    again = f"\nrun again: {texts.block(check.replay)}" if check.replay else ""
    message = _message(headline(check, texts) + again)
    return f"::{_COMMANDS[status_of(check)]} {told}::{message}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
