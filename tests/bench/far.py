"""Measures how far a batch goes: rows a second against rows at a time, and what a million takes.

``python -m tests.bench.far``; with ``--write`` it keeps the table for the documentation.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.bench import instant
from tests.bench.pace import paced
from tests.bench.peers import Peers, Question
from tests.bench.report import today_here
from tests.bench.serving import started

LANES = (1, 2, 4, 8, 16, 32, 64)
LATE_MS = 200
_SECONDS = 8
"""About how long each run takes: it has as many rows as it may answer in that time."""
_FASTEST = 160
_MILLION = 1_000_000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.far", description=__doc__)
    parser.add_argument("--peers", type=Path, default=Path(".bench"), metavar="FOLDER")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="keep the table")
    typed = parser.parse_args()
    with closing(Peers(typed.peers.absolute())) as peers, started(instant) as address:
        lines = [*_head()]
        for line in _rows(peers, address):
            sys.stdout.write(f"{line}\n")
            lines.append(line)
    text = "\n".join(
        [*lines, "", f"One run each, a server of Python threads beside it; {today_here()}"]
    )
    if typed.write:
        (typed.write / "batch.md").write_text(text, encoding="utf-8")


def _head() -> Iterator[str]:
    yield (
        f"| rows at a time | a server that answers at once | after {LATE_MS} ms | of what that"
        " server allows | a million rows of the latter |"
    )
    yield "| ---: | ---: | ---: | ---: | ---: |"


def _rows(peers: Peers, address: str) -> Iterator[str]:
    for lanes in LANES:
        at_once = _rate(peers, Question("tokens-20", address), lanes, _FASTEST)
        allowed = lanes * 1000 / LATE_MS
        late = _rate(peers, Question(f"late-{LATE_MS}-tokens-20", address), lanes, allowed)
        hours = _MILLION / late / 3600
        yield (
            f"| {lanes} | {at_once:.0f} a second | {late:.0f} a second | {late / allowed:.0%}"
            f" | {hours:.1f} h |"
        )


def _rate(peers: Peers, question: Question, lanes: int, most: float) -> float:
    """Return the rows a second of a batch, from its first call to its last."""
    rows = round(min(most, _FASTEST) * _SECONDS)
    command = peers.ours_batching("batch", question, rows, lanes=lanes)
    peers.batch_file.unlink(missing_ok=True)
    each_call_s = paced(question.api_base, rows)(command).each_call_s
    assert each_call_s is not None, "it is measured"
    return 1 / each_call_s


if __name__ == "__main__":
    main()
