"""`help`: the exit codes as they are printed."""

from pathlib import Path

from hello_llm.contract import ExitCode
from tests.cli.program import child, program

GOLDEN = Path(__file__).parent / "golden" / "exit-codes.txt"


def test_exit_codes_are_printed_as_they_always_were():
    assert program("help", "exit-codes").text == GOLDEN.read_text("utf-8")


def test_every_exit_code_is_printed():
    lines = program("help", "exit-codes").text.splitlines()
    assert [line.split(maxsplit=2) for line in lines] == [
        [str(int(code)), code.name, code.meaning] for code in ExitCode
    ]


def test_exit_codes_are_printed_in_any_locale():
    ended = child("help", "exit-codes", LC_ALL="C", PYTHONIOENCODING="ascii")
    assert (ended.code, ended.text) == (0, GOLDEN.read_text("utf-8"))
