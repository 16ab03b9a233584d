"""Addresses are read and written by fsspec, and what goes wrong is said in a sentence."""

import io
import re
import sys
import uuid

import pytest

from hello_llm.batch.storage import deliver, fetch, is_address, journal_name
from hello_llm.contract import OutputError, UnreachableError, UsageError
from tests.batch.inputs import lines
from tests.cli.program import program

ROWS = lines(*({"id": number, "prompt": f"row {number}"} for number in range(5)))


@pytest.fixture
def address():
    """An address in a file system that is in this process's memory."""
    return f"memory://{uuid.uuid4()}/rows.jsonl"


@pytest.fixture
def rows(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_bytes(ROWS)
    return file


def read(address):
    copy = io.BytesIO()
    fetch(address, copy, {})
    return copy.getvalue()


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("s3://a/b", True), ("memory://x", True), ("a/b.jsonl", False), ("-", False), ("c:x", False)],
)
def test_an_address_is_told_from_a_path(name, is_one):
    assert is_address(name) is is_one


def test_what_is_delivered_is_what_is_fetched(address, rows):
    deliver(rows, address, {})
    assert read(address) == ROWS


def test_two_addresses_have_two_journals(address):
    assert journal_name(address) != journal_name(f"{address}x")


@pytest.mark.parametrize("scheme", ["nowhere", "nothing+s3"])
def test_a_scheme_that_nothing_opens_is_a_mistake(rows, scheme):
    with pytest.raises(UsageError, match=f"cannot write {re.escape(scheme)}://a/b"):
        deliver(rows, f"{scheme}://a/b", {})


def test_a_package_that_is_not_installed_is_named(rows, monkeypatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(UsageError, match="cannot write s3://a/b") as error:
        deliver(rows, "s3://a/b", {})
    assert error.value.hint == "pip install 'hello-llm[remote]'"


def test_what_cannot_be_read_or_written_is_said(tmp_path, rows):
    with pytest.raises(UnreachableError, match="cannot read memory://none"):
        read("memory://none")
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot write file://"):
        deliver(rows, f"file://{tmp_path}/file/below", {})


@pytest.mark.in_process
def test_a_batch_goes_from_one_address_to_another(address, rows):
    deliver(rows, address, {})
    out = f"{address}.out"
    assert program("batch", address, "-o", out, "--ordered").code == 0
    written = read(out)
    assert written.count(b"\n") == 5
    assert written.startswith(b'{"id": 0, ')


@pytest.mark.in_process
def test_what_could_not_be_delivered_is_delivered_by_the_next_run(tmp_path, rows):
    folder = tmp_path / "later"
    out = f"file://{folder}/out.jsonl"
    folder.touch()
    failed = program("batch", rows, "-o", out)
    assert (failed.code, "cannot write file://" in failed.stderr) == (13, True)
    assert "5 answered" in failed.text
    assert re.search(r"written to /.*/hello-llm/batches/[0-9a-f]{16}\.jsonl\n", failed.text)
    folder.unlink()
    folder.mkdir()
    again = program("batch", rows, "-o", out, "--json")
    assert (again.code, '"asked": 0' in again.text) == (0, True)
    assert (folder / "out.jsonl").read_bytes().count(b"\n") == 5
