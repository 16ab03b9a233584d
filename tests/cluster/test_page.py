"""Each command of ``docs/batch-on-a-cluster.md`` works, on servers of this machine."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.architecture.sources import ROOT
from tests.documented.blocks import Block, commands, sections

BLOCKS = sections((ROOT / "docs" / "batch-on-a-cluster.md").read_text(encoding="utf-8"))
STORE, RAY, MODAL = BLOCKS
PORT = 9000
ROWS = "".join(f'{{"id": {number}, "prompt": "row {number}"}}\n' for number in range(20))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with the rows of the page."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.jsonl").write_text(ROWS)
    return tmp_path


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """The bucket of the page; all of S3 is a server of this machine."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key-of-the-reader")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-the-reader")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{PORT}")
    server = ThreadedMotoServer("127.0.0.1", PORT)
    server.start()
    try:
        client = boto3.client("s3")
        client.create_bucket(Bucket="my-bucket")
        client.put_object(Bucket="my-bucket", Key="rows.jsonl", Body=ROWS.encode())
        yield client
    finally:
        server.stop()


def run(block: Block) -> None:
    """Run each command of a block."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for command in commands(block):
        ended = subprocess.run(
            ["bash", "-c", command.text],
            env=os.environ | {"PATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == command.exit_code, f"{command.text}\n{ended.stderr}"


def ids(text: str) -> list[int]:
    return sorted(json.loads(line)["id"] for line in text.splitlines())


def test_rows_and_answers_are_in_a_store(bucket):
    for block, key in zip(BLOCKS[STORE], ("answers.jsonl", "other.jsonl"), strict=True):
        run(block)
        found = bucket.get_object(Bucket="my-bucket", Key=key)["Body"].read().decode()
        assert ids(found) == list(range(20))


def test_calls_are_made_on_a_cluster(folder):
    (block,) = BLOCKS[RAY]
    run(block)
    assert ids((folder / "answers.jsonl").read_text()) == list(range(20))


def test_modal_cannot_be_tried_here():
    """Both commands need an account, as the page says."""
    (block,) = BLOCKS[MODAL]
    assert [command.text.split()[0] for command in commands(block)] == ["modal", "hello-llm"]
