"""Rows come from a store that speaks S3, and answers go there, whatever happens in between."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.batch.echoing import answered, asking, echoing, let_go
from tests.cli.calls import until
from tests.cli.program import COMMAND, child
from tests.cluster.store import store

COUNT = 40
ROWS = "".join(f'{{"id": {one}, "prompt": "row {one}"}}\n' for one in range(1, COUNT + 1)).encode()
JOBS = 4
IN, OUT = "s3://here/rows.jsonl", "s3://here/answers.jsonl"
SECRET = "squeamish-ossifrage"


@pytest.fixture(scope="module")
def kept():
    """A store that keeps running."""
    with store() as found:
        yield found


@pytest.fixture
def full(kept, monkeypatch):
    """A store with a bucket, and the rows in it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anybody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    kept.make("here")
    kept.put("here/rows.jsonl", ROWS)
    kept.put("here/answers.jsonl", b"old")
    return kept


def at(found):
    return "--storage", f"endpoint_url={found.url}"


def ids(content):
    return sorted(json.loads(line)["id"] for line in content.splitlines())


def everyone():
    return list(range(1, COUNT + 1))


def test_rows_come_from_a_store_and_answers_go_there(full):
    with echoing() as server:
        ended = child(*asking(server, IN, OUT, "-j", JOBS, *at(full)))
    assert not ended.stderr
    assert ended.code == 0
    assert ids(full.get("here/answers.jsonl")) == everyone()
    assert OUT in ended.text
    assert SECRET not in ended.text


def test_the_environment_names_the_store_as_well(full):
    ended = child("batch", IN, "-o", OUT, AWS_ENDPOINT_URL=full.url)
    assert not ended.stderr
    assert ended.code == 0
    assert ids(full.get("here/answers.jsonl")) == everyone()


def test_a_run_that_is_killed_goes_on(full):
    journals = Path(os.environ["XDG_STATE_HOME"], "hello-llm", "batches")

    def lines():
        return sum(one.read_bytes().count(b"\n") for one in journals.glob("*.jsonl"))

    with echoing() as server:
        arguments = asking(server, IN, OUT, "-j", JOBS, "--rpm", 600, *at(full))
        with subprocess.Popen([*COMMAND, *arguments], stderr=subprocess.DEVNULL) as running:
            until(lambda: lines() >= 5)
            running.kill()
        assert lines() < COUNT
        assert full.get("here/answers.jsonl") == b"old"
        ended = child(*asking(server, IN, OUT, "-j", JOBS, *at(full)))
        total = answered(server).total()
    assert not ended.stderr
    assert ended.code == 0
    assert ids(full.get("here/answers.jsonl")) == everyone()
    assert COUNT <= total <= COUNT + JOBS


def test_what_cannot_be_stored_is_kept_and_stored_later(full):
    """Nothing is asked again for a bucket that was missing."""
    out = "s3://later/answers.jsonl"
    with echoing() as server:
        arguments = asking(server, IN, out, *at(full))
        ended = child(*arguments)
        assert ended.code == 13
        assert ended.stderr.startswith(f"error: cannot write {out}: ")
        assert "bucket" in ended.stderr
        assert "Traceback" not in ended.stderr
        full.make("later")
        ended = child(*arguments)
        assert not ended.stderr
        assert ended.code == 0
        assert answered(server).total() == COUNT
    assert ids(full.get("later/answers.jsonl")) == everyone()


@pytest.mark.parametrize("name", ["s3://here/none.jsonl", "s3://nowhere/rows.jsonl"])
def test_rows_that_are_not_there_end_the_run_before_it_begins(full, name):
    with echoing() as server:
        ended = child(*asking(server, name, OUT, *at(full)))
        assert server.requests == []
    assert ended.code == 6
    assert ended.stderr.startswith(f"error: cannot read {name}: ")
    assert "hint: " in ended.stderr
    assert ended.stderr.count("\n") == 2


def test_a_store_that_is_out_of_reach_is_said(full):
    with echoing() as server:
        ended = child(*asking(server, IN, OUT, "--storage", "endpoint_url=http://127.0.0.1:9"))
        let_go(server)
    assert ended.code == 6
    assert ended.stderr.startswith(f"error: cannot read {IN}: ")
    assert ended.stderr.count("\n") == 2


def test_without_keys_the_error_says_so(full, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    ended = child("batch", IN, "-o", OUT, *at(full), AWS_EC2_METADATA_DISABLED="true")
    assert ended.code == 6
    assert "credentials" in ended.stderr
    assert ended.stderr.count("\n") == 2
