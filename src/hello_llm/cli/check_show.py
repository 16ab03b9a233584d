"""Shows what comes of checks: a line for each, what was not as expected, and the summary."""

from collections.abc import Iterator
from difflib import unified_diff
from itertools import islice

from hello_llm.checks.reports.texts import Texts, shortened
from hello_llm.checks.reports.wording import reason, score, telling
from hello_llm.checks.results import Attempt, CheckResult, Finding, SuiteResult, Verdict
from hello_llm.checks.verdict import summary
from hello_llm.cli.endings import printing
from hello_llm.cli.surface import Surface
from hello_llm.rendering.console import Styling, styling

_COLORS = {Verdict.PASS: 32, Verdict.FAIL: 31, Verdict.ERROR: 33, Verdict.SKIPPED: 36}
_LONGEST_ANSWER = 600


class Lines:
    """Writes plain lines to standard output, a result as soon as those before it are written."""

    def __init__(self, surface: Surface, texts: Texts, *, quiet: bool, verbose: bool) -> None:
        """Write to `surface`; `quiet` leaves out what passed, `verbose` shows every answer."""
        self._surface = surface
        self._texts = texts
        self._quiet = quiet
        self._verbose = verbose
        self._styling = styling(surface.terminal, "stdout", surface.view.color)

    def result(self, check: CheckResult) -> None:
        """Write what came of `check`."""
        clean = check.verdict is Verdict.PASS and not check.flaky
        if clean and self._quiet:
            return
        lines = [self._headline(check)]
        shown = telling(check)
        if shown is not None and (not clean or self._verbose):
            shown = shown if clean else _worst(check) or shown
            lines += [f"    {line}" for line in self._details(check, shown)]
        self._write(lines)

    def end(self, result: SuiteResult) -> None:
        """Write the summary."""
        self._write([summary(result.results, result.exit_code, result.wall_s)])

    def _headline(self, check: CheckResult) -> str:
        word = "flaky" if check.flaky else check.verdict.value
        label = f"{word:7}"
        if self._styling is Styling.COLOR:
            color = 33 if check.flaky else _COLORS[check.verdict]
            label = f"\x1b[1;{color}m{label}\x1b[0m"
        name = self._texts.line(check.name)
        line = f"{label} {name}  [{self._texts.line(check.model)}]"
        if check.quarantined:
            line += " (quarantined)"
        if check.planned > 1 or check.verdict is Verdict.SKIPPED:
            line += f"  {score(check)}"
        if check.verdict is Verdict.ERROR or (check.flaky and not self._verbose):
            line += f"  {reason(_worst(check), self._texts)}"
        return line

    def _details(self, check: CheckResult, shown: Attempt) -> Iterator[str]:
        for finding in shown.findings:
            yield from self._finding(finding)
        reply = shown.reply or (shown.error.partial if shown.error else None)
        if reply is not None and reply.text:
            text = shortened(self._texts.whole(reply.text), _LONGEST_ANSWER)
            yield "answer:" if reply.complete else "answer as far as it came:"
            yield from (f"  {line}" for line in text.splitlines())
        if shown.error is not None and shown.error.hint and check.verdict is Verdict.ERROR:
            yield f"hint: {self._texts.line(shown.error.hint)}"
        if check.verdict is not Verdict.PASS:
            yield f"replay: {self._texts.redact(check.replay)}"

    def _finding(self, finding: Finding) -> Iterator[str]:
        expected = self._texts.block(finding.expected).splitlines() or [""]
        got = self._texts.block(finding.got).splitlines() or [""]
        yield f"{finding.assertion}:"
        if len(expected) > 1 and finding.assertion == "equals":
            yield "  - expected, + got"
            difference = unified_diff(expected, got, lineterm="")
            yield from (f"  {line}" for line in islice(difference, 3, None))
            return
        yield f"  - expected: {expected[0]}"
        yield from (f"    {line}" for line in expected[1:])
        yield f"  + got:      {got[0]}"
        yield from (f"    {line}" for line in got[1:])

    def _write(self, lines: list[str]) -> None:
        text = "".join(f"{line}\n" for line in lines)
        with printing():
            self._surface.terminal.write_stdout(text.encode(errors="replace"))


def _worst(check: CheckResult) -> Attempt | None:
    """Return the first attempt that failed, else the first that erred."""
    for verdict in (Verdict.FAIL, Verdict.ERROR):
        for attempt in check.attempts:
            if attempt.verdict is verdict:
                return attempt
    return None
