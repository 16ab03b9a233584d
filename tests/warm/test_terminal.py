"""On a terminal a warm call shows what a cold one shows, to the byte where nothing is timed."""

import termios

import pytest

from tests.cli.calls import asking, usable
from tests.cli.person import Person
from tests.servers import Script
from tests.warm.comparing import both, coldly, untimed, warmly

MARKDOWN = (
    "# Title\n\nSome **bold** words and `code`.\n\n- one\n- two\n\n```python\nprint(1)\n```\n"
)
NARROW = 40


@pytest.mark.parametrize(
    ("argv", "columns", "environ"),
    [
        (("chat", MARKDOWN), 80, {}),
        (("chat", MARKDOWN), 60, {}),
        (("chat", MARKDOWN, "--stream"), 60, {}),
        (("chat", MARKDOWN), 80, {"NO_COLOR": "1"}),
        (("chat", MARKDOWN), 80, {"TERM": "dumb"}),
        (("chat", MARKDOWN), 80, {"TERM": "xterm"}),
        (("chat", MARKDOWN), 80, {"COLUMNS": "50"}),
        (("chat", MARKDOWN, "--json"), 80, {}),
        (("chat", "hi", "--output", "plain", "--quiet"), 80, {}),
        (("chat", "hi", "--nonsense"), 80, {}),
        (("chat", "--help"), 60, {}),
        (("chat", "--help"), 100, {"COLORTERM": "truecolor"}),
    ],
)
def test_the_same_bytes_are_written_to_it(warm, tmp_path, argv, columns, environ):
    def call():
        with Person(*argv, columns=columns, **environ) as person:
            code = person.wait_for_end()
            assert usable(person.screen)
            return code, untimed(person.screen.written.decode())

    code, _ = both(warm, call, tmp_path / "none")
    assert code == (2 if "--nonsense" in argv else 0)


def test_a_terminal_that_is_narrowed_in_the_middle_is_obeyed(warm, tmp_path, openai_server):
    words = "word " * 20
    chunks = (f"First {words}\n\n", f"Second {words}\n\n", f"Third {words}\n\n", "End.")
    openai_server.play(Script(chunks=chunks, delay_s=0.4))
    argv = asking(f"{openai_server.url}/v1", "--stream", "--no-usage")

    def call():
        with Person(*argv, columns=80) as person:
            person.wait_for("First")
            size = (person.screen.lines, NARROW)
            termios.tcsetwinsize(person._master, size)
            assert person.wait_for_end() == 0
            assert usable(person.screen)
            wide, narrow = person.screen.written.decode().split("Second", 1)
            return "─" * (NARROW + 1) in wide, "─" * (NARROW + 1) in narrow, untimed(narrow)

    cold = coldly(call, tmp_path / "none")
    assert warmly(warm, call) == cold
    assert cold[:2] == (True, False)


def test_the_size_is_that_of_the_callers_terminal_though_another_has_its_own(warm):
    rows = {}
    for columns in (50, 90):
        with Person("chat", "--output", "rich", "--no-stdin", columns=columns) as person:
            assert person.wait_for_end() == 0
            rows[columns] = max(len(row) for row in person.screen.rows())
    assert rows[90] - rows[50] == 40
