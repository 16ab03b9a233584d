"""Runs the program against every fault, and prints what came of it as a table."""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

from tests.faults.case import Case, Run, run_case
from tests.faults.catalogue import CATALOGUE
from tests.faults.documents import Answer, read_answer
from tests.faults.fault import EVERY_FORM, EVERYWHERE
from tests.faults.launcher import Launcher, launching
from tests.faults.stage import Stage, staged
from tests.faults.verdict import complaints, name_of
from tests.warm.running import Warm, warm_process

_HEAD = ("fault", "protocol", "exit", "attempts", "wall", "kept", "verdict")
_LONGEST_KEPT = 24


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one case."""

    case: Case
    run: Run
    answer: Answer
    attempts: int | None
    """The calls made, by the document's count or else by the server's."""
    requests: list[bytes]
    """The requests that the server got."""
    found: list[str]
    """What is not as the catalogue says."""


def tasks(
    names: Sequence[str], protocols: Sequence[str], forms: Sequence[str]
) -> Iterator[list[Case]]:
    """Yield the cases of one fault in one protocol, for the faults that match one of `names`."""
    for fault in CATALOGUE:
        if any(fnmatch(fault.id, name) or fnmatch(fault.name, name) for name in names):
            for protocol in fault.protocols:
                chosen = [Case(fault, protocol, form) for form in fault.forms if form in forms]
                if chosen and protocol in protocols:
                    yield chosen


def run_task(cases: Iterable[Case], launcher: Launcher) -> list[Result]:
    """Run `cases`, each on a stage of its own."""
    return [_result(case, launcher) for case in cases]


def _result(case: Case, launcher: Launcher) -> Result:
    around = case.fault.around
    with staged(case.fault, case.protocol) as stage:
        if around.same_request:
            run_case(case, stage, launcher, replace(around, env={}, files={}))
        run = run_case(case, stage, launcher, around)
        differences = _differences(stage) if around.same_request else ()
        counted = None if stage.server is None else stage.server.attempts
        requests = _requests(stage)
    answer = Answer(None, None)
    if case.fault.around.stdout == "file" and run.code is not None:
        answer = read_answer(case.form, run.stdout)
    if answer.document is not None:
        counted = answer.document["attempts"]
    found = [*differences, *complaints(case, run, answer, stage)]
    return Result(case, run, answer, counted, requests, found)


def _requests(stage: Stage) -> list[bytes]:
    return [] if stage.server is None else [one.raw for one in stage.server.requests]


def _differences(stage: Stage) -> Iterator[str]:
    requests = _requests(stage)
    if len(requests) != 2 or len(set(requests)) != 1:
        yield f"the {len(requests)} requests are not two of the same bytes"


def cells(results: Sequence[Result]) -> tuple[str, ...]:
    """Return the row of a table for one fault in one protocol."""
    case = results[0].case
    found = {f"{one.case.form}: {what}" for one in results for what in one.found}
    attempts = [str(one.attempts) for one in results if one.attempts is not None]
    return (
        case.fault.id,
        case.protocol,
        _merged(name_of(one.run.code) for one in results),
        _merged(attempts),
        f"{max(one.run.wall_s for one in results):.1f} s",
        _merged(filter(None, map(_kept, results))),
        "; ".join(sorted(found)) or "as it should be",
    )


def _merged(values: Iterable[str]) -> str:
    return " / ".join(dict.fromkeys(values))


def _kept(result: Result) -> str:
    """Return the text that was kept, so that it fits into a cell of Markdown and is inert."""
    text = result.answer.text or ""
    if result.case.form == "stream":
        text = text.removesuffix("\n")
    if not text:
        return ""
    shown = ascii(text[:_LONGEST_KEPT])[1:-1].replace("`", "'")
    return f"`{shown}{'…' if len(text) > _LONGEST_KEPT else ''}`"


def line(row: Sequence[str]) -> str:
    """Return one line of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.run", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="patterns; by default all")
    parser.add_argument("--protocol", action="append", choices=EVERYWHERE)
    parser.add_argument("--form", action="append", choices=EVERY_FORM)
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1), metavar="COUNT")
    parser.add_argument("--cold", action="store_true", help="a new Python for every case")
    parser.add_argument("--warm", action="store_true", help="the same, and a warm process for it")
    parser.add_argument("--bad", action="store_true", help="only what is not as it should be")
    parser.add_argument("--verbose", action="store_true", help="show what the program said")
    parser.add_argument("--write", type=Path, metavar="FILE", help="keep the table, if all is well")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return 1 if something in it is not as it should be."""
    typed = _parser().parse_args(arguments)
    chosen = list(
        tasks(typed.names or ["*"], typed.protocol or EVERYWHERE, typed.form or EVERY_FORM)
    )
    began, bad, rows = time.monotonic(), 0, []
    count = sum(map(len, chosen))
    sys.stdout.write(table([]))
    with (
        _warmth(typed.warm) as warm,
        launching(cold=typed.cold, warm=warm) as launcher,
        ThreadPoolExecutor(typed.jobs) as pool,
    ):
        for results in pool.map(partial(run_task, launcher=launcher), chosen):
            rows.append(cells(results))
            bad += sum(bool(one.found) for one in results)
            if any(one.found for one in results) or not typed.bad:
                _show(results, verbose=typed.verbose)
    took = f"{count} runs in {time.monotonic() - began:.0f} s"
    sys.stdout.write(f"\n{took}, {bad} not as they should be\n")
    if typed.write and not bad:
        typed.write.write_text(page(rows, took), encoding="utf-8")
    return 1 if bad else 0


@contextmanager
def _warmth(wanted: bool) -> Iterator[Warm | None]:
    """Keep a warm process, if one is `wanted`, and say at last how many calls it answered."""
    if not wanted:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder, warm_process(Path(folder)) as warm:
        yield warm
        sys.stdout.write(f"\nthe warm process answered {warm.status['calls']} calls\n")


def table(rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table with the usual head."""
    return "".join(map(line, (_HEAD, ["---"] * len(_HEAD), *rows)))


def page(rows: Iterable[Sequence[str]], took: str) -> str:
    """Return the page of the documentation that shows `rows`."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    return (
        "# Every fault, and what came of it\n\n"
        f"Written by `make faults-page`: {took}, on {machine}.\n\n{table(rows)}"
    )


def recorded(text: str) -> list[tuple[str, str]]:
    """Return the fault and the protocol of each row of a page."""
    rows = (row.split(" | ") for row in text.splitlines() if row.startswith("| "))
    return [(cells[0].removeprefix("| "), cells[1]) for cells in rows][2:]


def _show(results: Sequence[Result], *, verbose: bool) -> None:
    sys.stdout.write(line(cells(results)))
    for one in results if verbose else ():
        said = (f"    {one.case.form}: {words}\n" for words in one.run.stderr.splitlines())
        sys.stdout.writelines(said)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
