"""The line of every key and item is told rightly."""

import tomllib

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.toml_file.positions import Position, locate, nearest, statements

TEXT = '''\
# version = 0
version = 1

  "default_profile" = 'a' # default = 2
[defaults]
system = """
# version = 3
[profiles.no]
model = "no"
"""
stop = [ # one
  "]",
  # two = 2
  "[x]",
]
	timeout = 3
[ profiles . 'a.b' ]
model = "#"
local.x = 1
"q\\u0041" = 2
profiles.ci = { model = "m", stop = ["a", "b"] }
[[many]]
one = 1
[[many]]
one = 2
'''


def test_keys_are_found_in_every_notation():
    """Quoted and dotted keys, comments, multi-line values, inline tables, arrays of tables."""
    assert locate(TEXT) == {
        ("version",): Position(2, 1),
        ("default_profile",): Position(4, 3),
        ("defaults",): Position(5, 1),
        ("defaults", "system"): Position(6, 1),
        ("defaults", "stop"): Position(11, 1),
        ("defaults", "stop", "0"): Position(12, 3),
        ("defaults", "stop", "1"): Position(14, 3),
        ("defaults", "timeout"): Position(16, 2),
        ("profiles",): Position(17, 1),
        ("profiles", "a.b"): Position(17, 1),
        ("profiles", "a.b", "model"): Position(18, 1),
        ("profiles", "a.b", "local"): Position(19, 1),
        ("profiles", "a.b", "local", "x"): Position(19, 1),
        ("profiles", "a.b", "qA"): Position(20, 1),
        ("profiles", "a.b", "profiles"): Position(21),
        ("profiles", "a.b", "profiles", "ci"): Position(21),
        ("profiles", "a.b", "profiles", "ci", "model"): Position(21),
        ("profiles", "a.b", "profiles", "ci", "stop"): Position(21),
        ("profiles", "a.b", "profiles", "ci", "stop", "0"): Position(21),
        ("profiles", "a.b", "profiles", "ci", "stop", "1"): Position(21),
        ("many",): Position(22, 1),
        ("many", "0"): Position(22, 1),
        ("many", "0", "one"): Position(23, 1),
        ("many", "1"): Position(24, 1),
        ("many", "1", "one"): Position(25, 1),
    }


def test_each_statement_knows_its_lines_and_what_it_is_about():
    lines = TEXT.splitlines(keepends=True)
    found = list(statements(TEXT))

    assert [one.key for one in found[:6]] == [
        ("version",),
        ("default_profile",),
        ("defaults",),
        ("defaults", "system"),
        ("defaults", "stop"),
        ("defaults", "timeout"),
    ]
    assert found[9].key == ("profiles", "a.b", "qA")
    assert found[-2].key == ("many", "1")
    for one in found:
        assert "".join(lines[one.line - 1 :]).startswith(one.text)
    assert found[3].text.count("\n") == 5


def test_a_table_below_an_array_belongs_to_its_last_table():
    text = "[[a]]\n[a.b]\nc = 1\n[[a.d]]\n[[a]]\n[[a.d]]\n[a.d.e]\n"
    found = locate(text)
    assert found["a", "0", "b", "c"] == Position(3, 1)
    assert found["a", "0", "d", "0"] == Position(4, 1)
    assert found["a", "1", "d", "0", "e"] == Position(7, 1)


def test_each_key_and_item_inside_a_value_has_its_own_line():
    text = '''\
replies = [ # {no = 1}
  {text = "{a = 1}", usage = {tokens.in = 1}},

  {"b=" = """
,c = 2
""", d = [[], [
    7]]}, # ]
]
after = [1, 2,
  3]
'''

    assert {trail: position.line for trail, position in locate(text).items()} == {
        ("replies",): 1,
        ("replies", "0"): 2,
        ("replies", "0", "text"): 2,
        ("replies", "0", "usage"): 2,
        ("replies", "0", "usage", "tokens"): 2,
        ("replies", "0", "usage", "tokens", "in"): 2,
        ("replies", "1"): 4,
        ("replies", "1", "b="): 4,
        ("replies", "1", "d"): 6,
        ("replies", "1", "d", "0"): 6,
        ("replies", "1", "d", "1"): 6,
        ("replies", "1", "d", "1", "0"): 7,
        ("after",): 9,
        ("after", "0"): 9,
        ("after", "1"): 9,
        ("after", "2"): 10,
    }


def test_what_has_no_place_is_where_the_thing_around_it_is():
    found = locate("a = 1\n[b]\nc = 2\n")

    assert nearest(found, ("b", "c", "0", "d")) == Position(3, 1)
    assert nearest(found, ("b", "x")) == Position(2, 1)
    assert nearest(found, ("x",)) is None


def test_a_position_is_said_as_far_as_it_is_known():
    assert (str(Position(7, 1)), str(Position(7))) == ("line 7, column 1", "line 7")


@pytest.mark.parametrize(
    "value",
    [
        r'"\" ["',
        r"'\'",
        '""""""',
        '""""x" [""\n"""""',
        r'''"""\""" [\"""" ''',
        "''''''",
        "''''x' [''\n'''''",
        r"'''[\'''",
        "[ # ]\n ']', [\n[], {x = '}'}]\n]",
    ],
)
def test_what_follows_a_value_of_any_notation_is_found(value):
    """Up to two quotes may stand before the three that end a string."""
    text = f"a = {value} # ['\nb = 1\n"

    assert locate(text)["b",] == Position(value.count("\n") + 2, 1)
    assert set(locate(text)) == set(_trails(tomllib.loads(text)))


def test_windows_line_ends_change_nothing():
    assert locate(TEXT.replace("\n", "\r\n")) == locate(TEXT)


def test_separators_that_are_no_line_ends_in_toml_are_not_counted():
    assert locate('a = "\u2028\u0085"\nb = 1')["b",] == Position(2, 1)


_names = st.text(min_size=1, max_size=8)
_leaves = st.one_of(st.text(), st.integers(-9, 9), st.booleans(), st.lists(st.text(), max_size=3))
_tables = st.recursive(
    st.dictionaries(_names, _leaves, max_size=4),
    lambda inner: st.dictionaries(
        _names,
        st.one_of(_leaves, inner, st.lists(st.one_of(_leaves, inner), max_size=3)),
        max_size=4,
    ),
    max_leaves=8,
)


@given(_tables, st.text(alphabet="\n\r\"'[]{}# =x\\", max_size=20), st.booleans())
def test_removing_the_line_of_a_key_removes_the_key(data, prose, multiline):
    """For any document: each key is on its line, and every key has a line."""
    written = tomlkit.string(prose.replace("\r", ""), multiline=multiline)
    text = tomlkit.dumps({"prose": written, **data})
    found = locate(text)
    lines = text.split("\n")

    assert set(found) == set(_trails(tomllib.loads(text)))
    for trail, position in found.items():
        before = "\n".join(lines[: position.line - 1])
        assert trail not in set(_trails(tomllib.loads(before)))


def _trails(data, above=()):
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield (*above, str(key))
        if isinstance(value, dict | list):
            yield from _trails(value, (*above, str(key)))
