"""Shows the results of checks: a line for each, the mismatches, and a summary line."""

from collections.abc import Callable, Iterator
from difflib import unified_diff
from functools import cache
from itertools import islice

from hello_llm.checks.assertions.mismatch import Mismatch
from hello_llm.checks.reports.texts import Texts, shortened
from hello_llm.checks.reports.wording import heading, reason, score, telling
from hello_llm.checks.results import AttemptResult, CheckResult, SuiteResult, Verdict
from hello_llm.checks.verdict import result_line
from hello_llm.cli.exits import printing
from hello_llm.rendering.console import Styling

_COLORS = {Verdict.PASS: 32, Verdict.FAIL: 31, Verdict.ERROR: 33, Verdict.SKIPPED: 36}
_LONGEST_ANSWER = 600


class Lines:
    """Writes results as plain lines, each as soon as those before it are written."""

    def __init__(
        self,
        write: Callable[[str], None],
        texts: Texts,
        styling: Styling,
        *,
        quiet: bool,
        verbose: bool,
    ) -> None:
        """Prepare the output.

        Args:
            write: writes whole lines; may raise ``OSError``.
            texts: formats texts.
            styling: how verdicts are highlighted.
            quiet: leave out checks that passed.
            verbose: also show the answers of checks that passed.
        """
        self._write = write
        self._texts = texts
        self._styling = styling
        self._quiet = quiet
        self._verbose = verbose
        self._model = cache(texts.line)  # the same few names over and over

    def result(self, check: CheckResult) -> None:
        """Write the result of `check`."""
        clean = check.verdict is Verdict.PASS and not check.flaky
        if clean and self._quiet:
            return
        lines = [self._headline(check)]
        shown = telling(check)
        if shown is not None and (not clean or self._verbose):
            shown = shown if clean else _worst(check) or shown
            lines += [f"    | {line}" for line in self._details(check, shown)]
        self._tell(lines)

    def end(self, result: SuiteResult) -> None:
        """Write the summary line."""
        self._tell([result_line(result.results, result.exit_code, result.wall_s)])

    def _headline(self, check: CheckResult) -> str:
        word = "flaky" if check.flaky else check.verdict.value
        label = f"{word:7}"
        if self._styling is not Styling.NONE:
            color = 33 if check.flaky else _COLORS[check.verdict]
            style = f"1;{color}" if self._styling is Styling.COLOR else "1"
            label = f"\x1b[{style}m{label}\x1b[0m"
        name = self._texts.line(check.name)
        line = f"{label} {name}  [{self._model(check.model)}]"
        if check.quarantined:
            line += " (quarantined)"
        if check.planned > 1 or check.verdict is Verdict.SKIPPED:
            line += f"  {self._texts.line(score(check))}"
        if check.verdict is Verdict.ERROR or (check.flaky and not self._verbose):
            line += f"  {reason(_worst(check), self._texts)}"
        return line

    def _details(self, check: CheckResult, shown: AttemptResult) -> Iterator[str]:
        for mismatch in shown.mismatches:
            yield from self._mismatch(mismatch)
        reply = shown.answer
        if reply is not None and reply.text:
            text = shortened(self._texts.whole(reply.text), _LONGEST_ANSWER)
            yield f"{heading(reply)}:"
            yield from (f"  {line}" for line in text.splitlines())
        if shown.error is not None and shown.error.hint:
            yield f"hint: {self._texts.line(shown.error.hint)}"
        if check.verdict is not Verdict.PASS:
            yield f"run again: {self._texts.whole(check.replay)}"

    def _mismatch(self, mismatch: Mismatch) -> Iterator[str]:
        expected = self._texts.block(mismatch.expected).splitlines() or [""]
        got = self._texts.block(mismatch.got).splitlines() or [""]
        yield f"{mismatch.assertion}:"
        if len(expected) > 1 and mismatch.assertion == "equals":
            yield "  - expected, + got"
            difference = unified_diff(expected, got, lineterm="")
            yield from (f"  {line}" for line in islice(difference, 3, None))
            return
        yield f"  - expected: {expected[0]}"
        yield from (f"    {line}" for line in expected[1:])
        yield f"  + got:      {got[0]}"
        yield from (f"    {line}" for line in got[1:])

    def _tell(self, lines: list[str]) -> None:
        with printing():
            self._write("".join(f"{line}\n" for line in lines))


def _worst(check: CheckResult) -> AttemptResult | None:
    """Return the first attempt that failed, or else the first that ended in an error."""
    for verdict in (Verdict.FAIL, Verdict.ERROR):
        for attempt in check.attempts:
            if attempt.verdict is verdict:
                return attempt
    return None
