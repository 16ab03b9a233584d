"""Runs the program against every fault with LiteLLM imported lazily and as usual, and compares.

The requests, the exit code, the answer and what is said must be the same but for times and ports.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, starmap
from typing import Any

from tests.faults.fault import EVERY_FORM, EVERYWHERE
from tests.faults.launcher import launching
from tests.faults.run import Result, run_task, tasks

_NUMBER = re.compile(rb"\d+(\.\d+)?")
_HOST = re.compile(rb"(?i)(?<=\nhost: )[^\r]*")


def differences(lazily: Result, usually: Result) -> Iterator[str]:
    """Yield what is not the same in two runs of a case."""
    ones, others = told(lazily), told(usually)
    for what, one in ones.items():
        if one != others[what]:
            yield f"{what}: {one!r}, not {others[what]!r}"


def told(result: Result) -> dict[str, object]:
    """Return what must be the same of `result`."""
    said = result.run.stderr.encode("utf-8", "surrogateescape")
    return {
        "requests": [_HOST.sub(b"", request) for request in result.requests],
        "exit code": result.run.code,
        "text": result.answer.text,
        "document": _timeless(result.answer.document),
        "stderr": _NUMBER.sub(b"0", said),
    }


def _timeless(document: Any) -> Any:
    if isinstance(document, dict):
        kept = {key: one for key, one in document.items() if not key.endswith(("_ms", "_s"))}
        return {key: _timeless(one) for key, one in kept.items()}
    if isinstance(document, list):
        return list(map(_timeless, document))
    if isinstance(document, str):
        return _NUMBER.sub(b"0", document.encode("utf-8", "surrogatepass"))
    return document


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what differs; return 1 if anything does."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.both_ways", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="patterns; by default all")
    typed = parser.parse_args(arguments)
    chosen = list(tasks(typed.names or ["*"], EVERYWHERE, EVERY_FORM))
    runs = different = 0
    with (
        launching(lazily=True) as lazily,
        launching() as usually,
        ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool,
    ):
        both = pool.map(lambda task: (run_task(task, lazily), run_task(task, usually)), chosen)
        for one, other in chain.from_iterable(starmap(zip, both)):
            runs += 1
            case = one.case
            for difference in differences(one, other):
                different += 1
                sys.stdout.write(f"{case.fault.id} {case.protocol} {case.form}: {difference}\n")
    sys.stdout.write(f"{runs} cases in both ways, {different} differences\n")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
