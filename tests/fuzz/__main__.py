"""Runs fuzzed inputs: ``python -m tests.fuzz 1234``, or ``python -m tests.fuzz 0 10000 2``."""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.fuzz.inputs import make
from tests.fuzz.running import import_all, prepare, run


def main(arguments: list[str]) -> None:
    """Show and run one case; or run those from START to END by STEP, a line of JSON for each."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        if len(arguments) == 1:
            _show(int(arguments[0]), Path(name))
            return
        import_all()
        for number in range(*map(int, arguments)):
            outcome = run(make(number), Path(name) / str(number))
            sys.stdout.write(json.dumps({**asdict(outcome), "fault": outcome.fault}) + "\n")


def _show(number: int, folder: Path) -> None:
    case = make(number)
    sys.stdout.write(f"hello-llm {' '.join(map(repr, case.arguments))}\n")
    kept = Path(tempfile.mkdtemp(prefix=f"fuzz-{number}-"))
    prepare(case, kept / "case")
    sys.stdout.write(f"the files are in {kept}/case/work\n")
    for name, content in case.files.items():
        sys.stdout.write(f"--- {name}\n{content[:2000].decode(errors='backslashreplace')}\n")
    import_all()
    outcome = run(case, folder / "case")
    sys.stdout.write(f"--- exit code {outcome.code} {outcome.fault}\n{outcome.stderr}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
