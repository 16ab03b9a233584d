"""Whatever ends a batch, each row has one whole line in the end, and none is asked in vain."""

import random
import signal
import subprocess
import threading
import time
from collections import Counter

import pytest

from hello_llm.settings.paths import default_ledger_file
from tests.cli.batch.echoing import (
    answered,
    answers,
    asking,
    echoing,
    ids,
    let_go,
    write_rows,
)
from tests.cli.calls import until
from tests.cli.program import COMMAND, program, start
from tests.ledger.reading import states
from tests.ledger.test_full_disk import mounting
from tests.servers import Script

pytestmark = pytest.mark.in_process

JOBS = 8


def whole_lines(out):
    return out.read_bytes().count(b"\n") if out.exists() else 0


def wait_for_lines(out, enough):
    until(lambda: whole_lines(out) >= enough)


def one_in_five(seed=0):
    """Return what refuses one request in five, and asks for a pause of a few milliseconds."""
    draw, lock = random.Random(seed), threading.Lock()

    def refuse(_prompt):
        with lock:
            if draw.random() < 0.2:
                return Script(status=429, headers=(("Retry-After", "0.005"),))
        return None

    return refuse


@pytest.mark.parametrize("seed", range(2))
def test_each_row_has_one_answer_after_runs_that_were_killed(tmp_path, seed):
    count, kills = 300, 4
    rows, out = write_rows(tmp_path / "rows.jsonl", count), tmp_path / "out.jsonl"
    draw = random.Random(seed)
    with echoing(one_in_five(seed)) as server:
        arguments = asking(server, rows, out, "-j", JOBS)
        for _ in range(kills):
            with start(arguments) as running:
                wait_for_lines(out, whole_lines(out) + draw.randint(1, count // 6))
                running.kill()
        assert program(*arguments).code == 0
        total = answered(server).total()

    assert sorted(ids(out)) == list(range(1, count + 1))
    assert all(one["text"] == f"echo: row {one['id']}" for one in answers(out))
    assert count <= total <= count + kills * JOBS


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)]
)
def test_a_signal_ends_the_calls_keeps_what_is_finished_and_says_how_to_go_on(
    tmp_path, number, code
):
    rows, out = write_rows(tmp_path / "rows.jsonl", 30), tmp_path / "out.jsonl"
    with echoing(is_open=False) as server:
        arguments = asking(server, rows, out, "-j", JOBS, "--ledger")
        with start(arguments) as running:
            until(lambda: len(server.requests) == JOBS)
            began = time.monotonic()
            running.send_signal(number)
            text, said = running.communicate()
            assert time.monotonic() - began < 5
        assert running.returncode == code
        assert text.startswith("30 rows: 0 answered, 30 not asked yet\n")
        assert said.startswith("error: ")
        assert "Traceback" not in said
        assert out.read_bytes() == b""
        let_go(server)
        assert program(*arguments).code == 0
    assert sorted(ids(out)) == list(range(1, 31))
    assert Counter(states(default_ledger_file())) == {"cut": JOBS, "unreported": 30}


def test_what_a_full_disk_could_not_take_is_asked_again(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    rows = write_rows(tmp_path / "rows.jsonl", 300)
    with echoing() as server:
        command = [*COMMAND, *asking(server, rows, folder / "out.jsonl", "-j", JOBS)]
        script = (
            'cd "$1"; copy="$2"; shift 2; "$@"; echo $? >"$copy/code";'
            ' cp out.jsonl "$copy/part.jsonl"; mount -o remount,size=4m "$PWD";'
            ' "$@"; echo $? >>"$copy/code"; cp out.jsonl "$copy/all.jsonl"'
        )
        ended = subprocess.run(
            [*mounting(folder, "64k"), "sh", "-c", script, "sh", folder, tmp_path, *command],
            capture_output=True,
            text=True,
            check=False,
        )
        total = answered(server).total()
    assert (tmp_path / "code").read_text().split() == ["13", "0"], ended.stderr
    assert "No space left on device" in ended.stderr
    part, whole = ids(tmp_path / "part.jsonl"), ids(tmp_path / "all.jsonl")
    assert 0 < len(part) < 300
    assert whole[: len(part)] == part
    assert sorted(whole) == list(range(1, 301))
    assert total <= 300 + 2 * JOBS + 1


def test_a_second_run_at_the_same_time_is_refused(tmp_path):
    rows, out = write_rows(tmp_path / "rows.jsonl", 5), tmp_path / "out.jsonl"
    with echoing(is_open=False) as server:
        arguments = asking(server, rows, out)
        with start(arguments) as running:
            until(lambda: server.requests)
            second = program(*arguments)
            let_go(server)
            running.communicate()
    assert (second.code, running.returncode) == (2, 0)
    assert "another run of this batch is in progress" in second.stderr
    assert len(ids(out)) == 5


def test_a_line_that_was_torn_is_asked_again(tmp_path):
    rows, out = write_rows(tmp_path / "rows.jsonl", 10), tmp_path / "out.jsonl"
    with echoing() as server:
        arguments = asking(server, rows, out)
        assert program(*arguments).code == 0
        out.write_bytes(out.read_bytes()[:-20])
        assert program(*arguments).code == 0
        assert answered(server)["row 10"] == 2
        assert answered(server).total() == 11
    assert ids(out) == list(range(1, 11))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"id": 99, "ok": true}', "a row that is not in the input"),
        ('{"id": 1, "ok": true}', "row 1 again"),
        ("hello", "line 11"),
    ],
)
def test_a_line_that_somebody_added_is_told(tmp_path, line, says):
    rows, out = write_rows(tmp_path / "rows.jsonl", 10), tmp_path / "out.jsonl"
    assert program("batch", rows, "-o", out).code == 0
    with out.open("a") as file:
        file.write(f"{line}\n")
    ended = program("batch", rows, "-o", out)
    assert (ended.code, says in ended.stderr) == (2, True)
