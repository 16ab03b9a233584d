"""The runner starts the program against a fault, and its table says what came of it."""

import os
import re
import subprocess
import sys

import pytest

from tests.faults import __main__ as by_hand
from tests.faults import run
from tests.faults.asking import body_of, path_of
from tests.faults.catalogue import BY_ID, CATALOGUE
from tests.faults.fault import EVERYWHERE
from tests.faults.launcher import ROOT
from tests.faults.protocols import PROTOCOLS
from tests.faults.run import line, main, page, recorded, tasks


def test_a_run_against_a_fault_prints_its_row(capsys):
    assert main(["markup", "--protocol", "openai", "--form", "stream", "--jobs", "1"]) == 0
    head, rule, row, _, summary = capsys.readouterr().out.splitlines()
    assert head == "| fault | protocol | exit | attempts | wall | kept | verdict |"
    assert rule == "| --- | --- | --- | --- | --- | --- | --- |"
    cells = [cell.strip() for cell in row.strip("|").split(" | ")]
    assert cells[:4] == ["markup", "openai", "OK", "1"]
    assert cells[5:] == ["`[bold]x[/foo] :smile: {c…`", "as it should be"]
    assert re.fullmatch(r"1 runs in \d+ s, 0 not as they should be", summary)


def test_the_page_tells_which_faults_were_run():
    rows = [("markup", "openai", "OK", "1", "0.1 s", "`a | b`", "as it should be")]
    text = page(rows, "1 runs in 0 s")
    assert text.startswith("# Every fault, and what came of it\n\nWritten by `make faults-page`: 1")
    assert recorded(text) == [("markup", "openai")]


def test_the_documentation_shows_every_fault_of_the_catalogue_in_every_protocol():
    shown = recorded((ROOT / "docs" / "_generated" / "faults.md").read_text())
    assert shown == [(fault.id, one) for fault in CATALOGUE for one in fault.protocols]


def test_the_page_is_only_kept_if_all_is_well(tmp_path, monkeypatch):
    kept = tmp_path / "faults.md"
    asked = ["markup", "--protocol", "openai", "--form", "stream", "--write", str(kept)]
    monkeypatch.setattr(run, "complaints", lambda *_: ["odd"])
    assert main(asked) == 1
    assert not kept.exists()
    monkeypatch.setattr(run, "complaints", lambda *_: [])
    assert main(asked) == 0
    assert recorded(kept.read_text()) == [("markup", "openai")]


def test_patterns_protocols_and_forms_choose_the_cases():
    chosen = list(tasks(["cut-mid-*"], ["openai", "gemini"], ["ndjson", "whole"]))
    assert [[(case.fault.id, case.protocol, case.form) for case in task] for task in chosen] == [
        [("cut-mid-rst", "openai", "ndjson")],
        [("cut-mid-rst", "gemini", "ndjson")],
        [("cut-mid-fin", "openai", "ndjson")],
        [("cut-mid-fin", "gemini", "ndjson")],
    ]


def test_a_name_brings_its_variants():
    ids = {case.fault.id for task in tasks(["drip"], EVERYWHERE, ["stream"]) for case in task}
    assert ids == {"drip", "drip.for-ever"}


def test_a_bar_does_not_end_a_cell():
    assert line(["a|b", "c"]) == "| a\\|b | c |\n"


def test_the_list_names_every_fault(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["faults", "--list"])
    by_hand.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [fault.id for fault in CATALOGUE]
    assert lines[0] == by_hand.line_of(BY_ID["refused"]).rstrip("\n")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_name_of_the_model_chooses_a_fault_on_a_shared_port(client, protocol):
    with by_hand.serving("all", protocol, 0) as addresses:
        (base,) = [line.split(": ")[1] for line in addresses if line.startswith(f"{protocol}:")]
        root = base.removesuffix(PROTOCOLS[protocol].base_path)

        def status(name):
            path = path_of(protocol, name, stream=False)
            return client.post(root + path, content=body_of(name, stream=False)).status_code

        names = ["503", "429-then-ok", "429-then-ok", "markup", "refused", "nothing"]
        assert list(map(status, names)) == [503, 429, 200, 200, 404, 404]


def test_a_fault_is_served_by_hand(client):
    command = [sys.executable, "-m", "tests.faults", "--serve", "402", "--protocol", "ollama"]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        base = process.stdout.readline().strip()
        response = client.post(f"{base}/api/chat", json={"model": "m"})
        process.terminate()
    assert (response.status_code, response.json()) == (402, {"error": "Insufficient balance"})
