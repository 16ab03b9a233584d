"""The command asks the rows of a file on the nodes of Ray, and whatever is lost, no row is."""

import signal
import subprocess
import time

import pytest

from tests.cli.batch.echoing import answered, answers, asking, echoing, ids, let_go, write_rows
from tests.cli.calls import until
from tests.cli.program import COMMAND, child
from tests.cluster.nodes import nodes

JOBS = 16


@pytest.fixture
def cluster():
    """A cluster of two nodes."""
    with nodes() as found:
        for count in (1, 2):
            found.start()
            found.wait(count)
        yield found


def start(arguments):
    return subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def lines_in(out):
    return out.read_bytes().count(b"\n") if out.exists() else 0


def on(cluster):
    return "-j", JOBS, "--engine", "ray", "--ray-address", cluster.address


def test_each_row_has_one_answer_though_a_node_is_lost(tmp_path, cluster):
    count = 1000
    rows, out = write_rows(tmp_path / "rows.jsonl", count), tmp_path / "out.jsonl"
    with echoing() as server:
        with start(asking(server, rows, out, *on(cluster))) as running:
            until(lambda: lines_in(out) >= 100)
            cluster.kill(1)
            assert lines_in(out) < count
            text, said = running.communicate()
        total = answered(server).total()

    assert [one["error"] for one in answers(out) if one["error"]] == []
    assert running.returncode == 0, said
    assert said == ""
    assert text.startswith("1,000 rows: 1,000 answered\n")
    assert sorted(ids(out)) == list(range(1, count + 1))
    assert all(one["text"] == f"echo: row {one['id']}" for one in answers(out))
    # Some of the calls that the lost node was making had been answered, but not told.
    assert count <= total <= count + JOBS


def test_a_run_that_is_killed_goes_on(tmp_path, cluster):
    """The calls of the killed run end with it, and those that were made are not made again."""
    count = 300
    rows, out = write_rows(tmp_path / "rows.jsonl", count), tmp_path / "out.jsonl"
    with echoing() as server:
        arguments = asking(server, rows, out, *on(cluster))
        with start(arguments) as running:
            until(lambda: lines_in(out) >= 50)
            running.kill()
            running.communicate()
        assert lines_in(out) < count
        ended = child(*arguments)
        total = answered(server).total()

    assert ended.code == 0, ended.stderr
    assert sorted(ids(out)) == list(range(1, count + 1))
    # What was in flight, and twice as much again that had been asked but not written.
    assert count <= total <= count + 3 * JOBS


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_and_its_calls(tmp_path, cluster, number, code):
    rows, out = write_rows(tmp_path / "rows.jsonl", 30), tmp_path / "out.jsonl"
    with echoing(is_open=False) as server:
        arguments = asking(server, rows, out, *on(cluster))
        with start(arguments) as running:
            until(lambda: len(server.requests) == JOBS)
            began = time.monotonic()
            running.send_signal(number)
            text, said = running.communicate()
            assert time.monotonic() - began < 15
        assert running.returncode == code, said
        assert text.startswith("30 rows: 0 answered, 30 not asked yet\n")
        assert said.startswith("error: ")
        assert said.count("\n") <= 2
        let_go(server)


def test_without_an_address_this_machine_makes_the_calls(tmp_path):
    rows, out = write_rows(tmp_path / "rows.jsonl", 20), tmp_path / "out.jsonl"
    with echoing() as server:
        ended = child(*asking(server, rows, out, "-j", 4, "--engine", "ray"))
    assert (ended.code, ended.stderr) == (0, "")
    assert sorted(ids(out)) == list(range(1, 21))
