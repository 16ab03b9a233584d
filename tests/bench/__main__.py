"""Measures the program beside its peers: ``python -m tests.bench``."""

import argparse
import subprocess
import sys
from pathlib import Path

from tests.bench import instant
from tests.bench.peers import LLM_VERSION, Peers
from tests.bench.report import drawing, head, machine, row
from tests.bench.suites import SUITES


def main() -> int:
    """Print the table; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("suites", nargs="*", choices=[*SUITES, []], metavar="SUITE")
    parser.add_argument("--runs", type=int, default=7, help="runs of each command")
    parser.add_argument("--peers", type=Path, default=Path(".bench"), metavar="FOLDER")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="keep the table and a drawing")
    typed = parser.parse_args()
    # The server is a process of its own, or it would share a lock with what measures.
    command = [sys.executable, "-m", instant.__name__]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        if server.stdout is None or server.stdin is None:
            return 1
        peers = Peers(typed.peers.absolute(), server.stdout.readline().strip())
        sys.stdout.write(head())
        figures = []
        for suite in typed.suites or SUITES:
            for figure in SUITES[suite](peers, typed.runs):
                figures.append(figure)
                sys.stdout.write(row(figure))
                sys.stdout.flush()
        server.stdin.close()
    where = f"Medians of {typed.runs} runs in turns. {machine([f'llm {LLM_VERSION}'])}"
    sys.stdout.write(f"\n{where}")
    if typed.write:
        table = "".join([head(), *map(row, figures)])
        page = f"# The figures\n\n{where}\n{table}\n![ratios](bench.svg)\n"
        (typed.write / "bench.md").write_text(page, encoding="utf-8")
        (typed.write / "bench.svg").write_text(drawing(figures), encoding="utf-8")
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
