"""A process of its own that reserves and settles when it is told to."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Self

from hello_llm.contract import HelloLLMError
from hello_llm.contract.budget import Budget, Limit
from hello_llm.ledger.call import PlannedCall
from hello_llm.ledger.ledger import Ledger, Reservation
from tests.ledger.reading import states


class Worker:
    """The process, seen from the one that started it."""

    def __init__(self, path: Path, *before: str) -> None:
        """Start it; `before` is put before its command."""
        self._process = subprocess.Popen(
            [*before, sys.executable, "-m", __name__, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            bufsize=1,
            cwd=Path(__file__).parents[2],
        )
        assert self.answer() == "ready"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    @property
    def pid(self) -> int:
        return self._process.pid

    def tell(self, *words: object) -> None:
        """Tell it what to do, without waiting for it."""
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(map(str, words)) + "\n")

    def answer(self) -> str:
        """Return what it answers, which is one line."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def ask(self, *words: object) -> str:
        self.tell(*words)
        return self.answer()

    def strike(self, number: int) -> None:
        os.kill(self.pid, number)

    def end(self) -> tuple[int, str]:
        """Wait for its end; return the exit code and what it said on standard error."""
        _, said = self._process.communicate()
        return self._process.returncode, said


@contextmanager
def workers(path: Path, count: int) -> Iterator[list[Worker]]:
    with ExitStack() as stack:
        yield [stack.enter_context(Worker(path)) for _ in range(count)]


def _main(path: Path) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with Ledger(path) as ledger:
        reservation: Reservation | None = None
        _say("ready")
        for line in sys.stdin:
            match line.split():
                case ["fill"]:
                    _fill(path.with_name("filler"))
                    _say("done")
                    continue
                case ["states"]:
                    _say(" ".join(states(path)))
                    continue
            try:
                reservation = _obey(ledger, reservation, *line.split())
                _say("done")
            except HelloLLMError as error:
                _say(f"{type(error).__name__}: {error.message}")


def _obey(
    ledger: Ledger, reservation: Reservation | None, word: str, *amounts: str
) -> Reservation | None:
    match word, [int(amount) for amount in amounts]:
        case "reserve", [bound]:
            return ledger.reserve(PlannedCall("chat", "openai/x", bound))
        case "reserve", [bound, limit]:
            return ledger.reserve(
                PlannedCall("chat", "openai/x", bound), Budget((Limit("monthly", limit),))
            )
        case "settle", [cost]:
            assert reservation is not None
            reservation.settle(cost)
        case "calls", [count, cost]:
            for _ in range(count):
                ledger.reserve(PlannedCall("chat", "openai/x", 2 * cost)).settle(cost)
    return None


def _fill(file: Path) -> None:
    """Fill the disk by `file`, byte by byte in the end; or make room again."""
    if file.exists():
        file.unlink()
        return
    with suppress(OSError), file.open("wb", buffering=0) as filler:
        for size in (4096, 1):
            with suppress(OSError):
                while filler.write(bytes(size)):
                    pass


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
