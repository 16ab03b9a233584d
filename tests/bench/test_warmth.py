"""The warm process is there for the block of measurements, and is gone after it."""

import pytest

from tests.bench.processes import FailedRunError, resident_mib, run
from tests.bench.warmth import kept_warm


def test_the_warm_process_is_the_one_that_status_names(peers):
    with kept_warm(peers) as warmth:
        assert resident_mib(warmth.process) > 1


def test_every_call_of_the_block_must_have_been_warm(peers):
    with kept_warm(peers) as warmth:
        run(peers.ours("warm", "chat", warm=True))
        warmth.must_have_answered(1)
        run(peers.ours("cold", "chat"))
        with pytest.raises(FailedRunError, match="1 of 2 calls were warm"):
            warmth.must_have_answered(2)


def fail_while_warm(peers, ended):
    with kept_warm(peers) as warmth:
        ended.append(warmth.process)
        raise FailedRunError("no luck")


def test_the_warm_process_is_ended_after_a_run_that_failed(peers):
    ended: list[int] = []
    with pytest.raises(FailedRunError, match="no luck"):
        fail_while_warm(peers, ended)
    with pytest.raises(FailedRunError, match="is gone"):
        resident_mib(ended[0])


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 3", "warm start ended with 3"),
        ("echo no such command >&2; exit 2", "warm start ended with 2: no such command"),
        ("echo warm", "warm status --json names no process: warm"),
    ],
)
def test_a_program_that_does_not_keep_warm_is_no_figure(peers, program, script, said):
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    with pytest.raises(FailedRunError, match=f"^{said}"), kept_warm(peers):
        pass
