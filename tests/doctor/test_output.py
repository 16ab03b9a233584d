"""`doctor` is readable for people, exact in a pipe, and ends as every command does."""

import json
import os
import pty
import re
import signal
import subprocess
import time

import jsonschema
import pytest

from hello_llm.machine.environment import decisive
from hello_llm.rendering.json.schemas import load_schema
from tests.cli.person import Person
from tests.cli.program import COMMAND, child, program, shell
from tests.doctor.examined import asking
from tests.doctor.listing import listing
from tests.faults.catalogue import BY_ID
from tests.faults.stage import staged

REPORT = r"""ok       versions       hello-llm \S+, litellm \S+, Python \S+, \S+ \S+
ok       configuration  no file: \S+/config.toml does not exist
ok       settings       provider litellm \(flag --provider\), model openai/tiny \(flag --model\), \
api_base http://127.0.0.1:\d+/v1 \(flag --api-base\)
ok       environment    no variables that other tools would obey
ok       warm           no warm process is running; hello-llm warm start starts one
ok       model          openai/tiny is called at 127.0.0.1:\d+
ok       key            127.0.0.1:\d+ is called without a key
ok       resolution     127.0.0.1 is 127.0.0.1
failure  connection     cannot connect to 127.0.0.1:\d+
                        repair: start the server at 127.0.0.1:\d+, or name another with --api-base

1 failure, exit code 6 \(UNREACHABLE\)
""".replace("\\\n", "")


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    """An environment in which no other tool would find anything."""
    for name in decisive(os.environ):
        monkeypatch.delenv(name)


def test_a_pipe_gets_a_plain_line_for_each_finding_and_its_repair():
    with staged(BY_ID["refused"], "openai") as stage:
        ended = program("doctor", *asking(stage.api_base))
    assert (ended.code, ended.stderr) == (6, "")
    assert re.fullmatch(REPORT, ended.text)


def test_all_is_well_in_as_many_words():
    ended = program("doctor")
    assert ended.code == 0
    assert ended.text.endswith("\n\nno problems found\n")


@pytest.mark.parametrize("columns", [60, 100])
def test_a_screen_shows_whole_words_in_columns_and_colour(columns):
    with staged(BY_ID["refused"], "openai") as stage:
        flags = ("doctor", *asking(stage.api_base))
        with Person(*flags, columns=columns, lines=50, TERM="xterm-256color") as person:
            assert person.wait_for_end() == 6
            rows = person.screen.rows()
    assert any(row.startswith("failure  connection     cannot connect to") for row in rows)
    assert max(map(len, rows)) <= columns
    assert any(row.startswith(" " * 24 + "repair: ") for row in rows)


@pytest.mark.parametrize(
    ("environ", "flags", "styled", "coloured"),
    [
        ({"NO_COLOR": "1"}, (), True, False),
        ({"TERM": "dumb"}, (), False, False),
        ({}, ("--color", "never"), False, False),
        ({}, (), True, True),
    ],
)
def test_colour_is_used_where_it_is_wanted(environ, flags, styled, coloured):
    master, slave = pty.openpty()
    env = os.environ | {"TERM": "xterm-256color"} | environ
    subprocess.run([*COMMAND, "doctor", *flags], stdout=slave, check=True, env=env)
    os.close(slave)
    seen = os.read(master, 65536).decode()
    os.close(master)
    assert ("\x1b[" in seen) == styled
    assert ("\x1b[1;32m" in seen) == coloured


def test_a_full_disk_and_a_reader_that_leaves_end_it_as_elsewhere():
    assert shell('"$@" doctor >/dev/full').code == 13
    assert shell('"$@" doctor --json >/dev/full').code == 13
    ended = shell('{ "$@" doctor; echo $? >&2; } | head -1 >/dev/null')
    assert ended.stderr.splitlines()[-1] in {"0", "141"}


def test_a_reader_that_has_left_is_noticed():
    reader = subprocess.Popen(["true"], stdin=subprocess.PIPE)
    reader.wait()
    ended = subprocess.run(
        [*COMMAND, "doctor"], stdout=reader.stdin, stderr=subprocess.PIPE, check=False
    )
    assert reader.stdin is not None
    reader.stdin.close()
    assert (ended.returncode, ended.stderr) == (141, b"")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_signal_ends_it_and_the_document_holds_what_was_found(number, code, form):
    with listing(silent=True) as server:
        process = subprocess.Popen(
            [*COMMAND, "doctor", *asking(server.base), *form],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while not server.asked:
            time.sleep(0.02)
        time.sleep(0.2)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=10)
    assert process.returncode == code
    assert stderr in {"error: interrupted\n", "error: terminated\n"}
    if form:
        document = json.loads(stdout)
        jsonschema.validate(document, load_schema("doctor"))
        assert document["exit_code"] == code
        assert document["findings"][-1]["name"] == "connection"
    else:
        assert "connection" in stdout


def test_a_bad_flag_is_a_usage_error():
    ended = child("doctor", "--nonsense")
    assert ended.code == 2
    assert "hello-llm doctor --help" in ended.stderr
