"""On a full disk nothing is reserved, and what was reserved stays at its bound."""

import os
import resource
import subprocess
from pathlib import Path

import pytest

from tests.ledger.reading import total
from tests.ledger.worker import Worker, workers

IN_A_SMALL_DISK = 'mount -t tmpfs -o size=$1,mode=700 tmpfs "$0" && shift && exec "$@"'


def mounting(folder: Path, size: str = "200k") -> list[str]:
    """Return the command before one that shall have a small disk at `folder`."""
    own = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
    command = [*own, "sh", "-c", IN_A_SMALL_DISK, str(folder), size]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    return command


def test_a_full_disk_refuses_the_next_call_and_keeps_what_was_reserved(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir(mode=0o700)
    path = folder / "ledger.sqlite3"
    with Worker(path, *mounting(folder)) as process:
        assert process.ask("reserve", 100, 150) == "done"
        process.ask("fill")

        answers = {process.ask("reserve", 1) for _ in range(3)}
        refused = f"LedgerError: cannot use the ledger {path}: the disk is full"
        assert answers == {refused}
        assert process.ask("states") == "reserved"

        process.ask("fill")
        assert process.ask("reserve", 51, 150).startswith("BudgetError")
        assert process.ask("reserve", 50, 150) == "done"
        process.ask("fill")
        assert process.ask("settle", 1) == refused
        process.ask("fill")
        assert process.ask("states") == "reserved reserved"


def test_twenty_processes_on_a_full_disk_reserve_nothing(path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (16 * 1024, before[1]))
        with workers(path, 20) as processes:
            for process in processes:
                process.tell("reserve", 100, 749)
            answers = {process.answer() for process in processes}
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    (answer,) = answers
    assert answer.startswith(f"LedgerError: cannot use the ledger {path}: ")
    assert "disk is full" in answer
    with Worker(path) as process:
        assert process.ask("reserve", 100, 749) == "done"
    assert total(path).nano_usd == 100
