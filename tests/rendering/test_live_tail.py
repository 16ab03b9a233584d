"""The rows that are drawn again and again."""

from hello_llm.rendering.live_tail import LiveTail

BELOW = "\x1b[?7l{}\x1b[?7h"


def test_a_frame_erases_the_last_one_and_leaves_the_cursor_on_the_row_below():
    tail = LiveTail()
    assert tail.frame(80, [], ["a", "b"], [1, 1]) == BELOW.format("a\nb\n")
    assert tail.frame(80, ["a"], ["bc"], [2]) == "\r\x1b[2A\x1b[J" + "a\n" + BELOW.format("bc\n")
    assert tail.frame(80, ["bc"], [], []) == "\r\x1b[1A\x1b[J" + "bc\n"


def test_a_frame_that_changes_nothing_is_empty():
    tail = LiveTail()
    assert tail.frame(80, [], [], []) == ""
    tail.frame(80, [], ["a"], [1])
    assert tail.frame(80, [], ["a"], [1]) == ""


def test_rows_that_a_narrower_screen_broke_are_erased_too():
    tail = LiveTail()
    tail.frame(80, [], ["a" * 80, "b", ""], [80, 1, 0])
    assert tail.frame(30, [], ["b"], [1]).startswith("\r\x1b[5A\x1b[J")
