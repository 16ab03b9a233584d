"""Headers in settings: which are allowed, and how layers join."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.toml_file.header_kinds import KEYS, HeaderTable, HeaderVariables, clashing, layered
from hello_llm.toml_file.kinds import UnfitError

FRAMING = ["Host", "content-length", "Transfer-Encoding", "Connection", "TE", "Accept-Encoding"]
NAMES = st.sampled_from(["X-A", "x-a", "X-B", "x-b", "X-C"])


def _is_valid(layer):
    names = [name.lower() for key in KEYS for name in layer.get(key, {})]
    return len(names) == len(set(names))


LAYERS = st.fixed_dictionaries(
    {}, optional={key: st.dictionaries(NAMES, st.sampled_from("uvw"), max_size=3) for key in KEYS}
).filter(_is_valid)


def _effective(values):
    """Return where each header comes from and what it holds, by lower-case name."""
    return {
        name.lower(): (key, value)
        for key in KEYS
        for name, value in (values.get(key) or {}).items()
    }


@pytest.mark.parametrize(
    ("given_", "value"),
    [
        ({"X-Team": "blue"}, {"X-Team": "blue"}),
        ({}, {}),
        (["X-Team: blue", "X-Time: 12:30"], {"X-Team": "blue", "X-Time": "12:30"}),
        (["X-Empty:"], {"X-Empty": ""}),
    ],
)
def test_headers_come_from_a_table_or_as_they_are_sent(given_, value):
    assert HeaderTable().check(given_) == value


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("X-Team: blue", ["X-Team: blue"]),
        ('{ X-Team = "blue" }', {"X-Team": "blue"}),
        ("{ broken", "{ broken"),
    ],
)
def test_typed_text_is_a_header_or_a_table(text, read):
    assert HeaderTable().read(text) == read


@pytest.mark.parametrize(
    ("given_", "reason"),
    [
        *(
            ({name: "x"}, f"cannot have {name}: it says how the request is sent")
            for name in FRAMING
        ),
        ({"authorization": "x"}, "cannot have authorization: it carries a login"),
        ({"Proxy-Authorization": "x"}, "cannot have Proxy-Authorization: it carries a login"),
        ({"X A": "x"}, "cannot have X A: it is not the name of a header"),
        ({"": "x"}, "cannot have an empty name: it is not the name of a header"),
        ({"X-Ü": "x"}, "it is not the name of a header"),
        ({"X-A": "a\r\nX-B: b"}, "its value contains characters that no header may have"),
        ({"X-A": "ü"}, "its value contains characters that no header may have"),
        ({"X-A": " a"}, "its value begins or ends with a space"),
        ({"X-A": 1}, "but X-A is 1"),
        ({"X-A": "1", "x-a": "2"}, "has x-a twice"),
        ({"X-A": "sk-proj-0123456789abcdefghijABCDEFGHIJ"}, "its value looks like a secret"),
        (["X-A"], "must be NAME: VALUE"),
        ("X-A: b", "must be a table"),
        (5, "must be a table"),
    ],
)
def test_other_headers_are_refused_with_the_reason(given_, reason):
    with pytest.raises(UnfitError) as caught:
        HeaderTable().check(given_)
    assert reason in caught.value.reason


def test_a_secret_in_place_of_its_variable_is_not_shown():
    with pytest.raises(UnfitError) as caught:
        HeaderVariables().check({"X-A": "sk-proj-0123456789abcdefghijABCDEFGHIJ"})
    assert "not the key itself" in caught.value.reason
    assert "sk-proj" not in caught.value.reason


@given(LAYERS, LAYERS)
def test_of_two_layers_the_upper_wins_header_by_header(under, over):
    assert _effective(layered(under, over)) == {**_effective(under), **_effective(over)}


@given(LAYERS, LAYERS, LAYERS)
def test_it_does_not_matter_which_layers_are_joined_first(one, two, three):
    left = layered(layered(one, two), three)
    assert _effective(left) == _effective(layered(one, layered(two, three)))


@given(LAYERS, LAYERS)
def test_no_header_has_a_value_and_a_variable_after_joining(under, over):
    assert clashing(layered(under, over)) == []


def test_a_header_with_a_value_and_a_variable_clashes():
    values = {"headers": {"X-A": "1", "X-B": "2"}, "headers_env": {"x-a": "V", "X-C": "W"}}
    assert clashing(values) == ["x-a"]
