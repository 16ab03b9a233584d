"""Measures the program beside its peers: ``python -m tests.bench``, which is ``make bench``.

One suite is run by its name, `python -m tests.bench warm`; several by theirs. `--runs 1` is quick
and says little. All suites take some ten minutes: short runs are repeated seven times in turns, a
stream of 10,000 tokens three times, longer ones once; `--patient` repeats them all as often. The
machine should have nothing else to do.

Processor time and memory are those of the process that was started; what a warm process does for a
call is not in them, so a warm call is measured on the clock only.
"""

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from tests.bench import instant
from tests.bench.drawing import drawing
from tests.bench.figures import Figure
from tests.bench.peers import PROGRAM, Peers
from tests.bench.processes import FailedRunError
from tests.bench.report import head, machine, page, row
from tests.bench.serving import started
from tests.bench.suites import SUITES, Bench

_QUIET = 0.5


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return 1 if a goal is missed or a suite cannot be run."""
    typed = _parser().parse_args(arguments)
    figures: list[Figure] = []
    failed = 0
    try:
        peers = Peers(typed.peers.absolute(), program=typed.program.absolute())
    except FailedRunError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    _warn_if_busy(os.getloadavg()[0])
    sys.stdout.write(head())
    with closing(peers), started(instant) as address:
        peers.install()
        bench = Bench(peers, address, typed.runs, patient=typed.patient)
        for suite in typed.suites or SUITES:
            try:
                figures.extend(_shown(SUITES[suite](bench)))
            except FailedRunError as error:
                sys.stderr.write(f"error: {suite}: {error}\n")
                failed += 1
    where = machine(typed.runs, patient=typed.patient)
    sys.stdout.write(f"\n{where}")
    if typed.write and not failed:
        typed.write.mkdir(parents=True, exist_ok=True)
        (typed.write / "bench.md").write_text(page(figures, where), encoding="utf-8")
        (typed.write / "bench.svg").write_text(drawing(figures), encoding="utf-8")
    return 1 if failed or any(figure.missed for figure in figures) else 0


def _parser() -> argparse.ArgumentParser:
    summary, _, rest = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=summary,
        epilog=rest,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    suites = f"one of {', '.join(SUITES)}; by default all"
    parser.add_argument("suites", nargs="*", choices=[*SUITES, []], metavar="SUITE", help=suites)
    parser.add_argument("--runs", type=int, default=7, help="runs of each command")
    parser.add_argument("--patient", action="store_true", help="long streams as often (an hour)")
    parser.add_argument("--peers", type=Path, default=Path(".bench"), metavar="FOLDER")
    parser.add_argument("--program", type=Path, default=PROGRAM, metavar="FILE", help="another one")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="keep the table and a drawing")
    return parser


def _warn_if_busy(load: float) -> None:
    if load > _QUIET:
        sys.stderr.write(
            f"warning: {load:.1f} processes were running in the last minute; the figures will be"
            " off, those of the local model most\n"
        )


def _shown(figures: Iterator[Figure]) -> Iterator[Figure]:
    """Print the row of each figure as it comes."""
    for figure in figures:
        sys.stdout.write(row(figure))
        sys.stdout.flush()
        yield figure


if __name__ == "__main__":
    # As Ctrl-C does, SIGTERM ends the warm process and the servers too.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    sys.exit(main())
