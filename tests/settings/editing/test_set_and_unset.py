"""To set a value and to unset it again leaves a file as it was."""

import re
import tomllib
from pathlib import Path

import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.settings.editing.edits import set_value, unset_value
from hello_llm.toml_file.positions import statements

_SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "seed": st.integers(0, 9),
        "model": st.just("a/b"),
        "stop": st.lists(st.sampled_from(["#", "]", "\n[defaults]\n", "é"]), max_size=3),
        "headers": st.dictionaries(st.sampled_from(["X-A", "X-B"]), st.just("{#}"), max_size=2),
    },
)
_NAMES = st.sampled_from(["ci", "b.c", "é", "model", "headers", "[x]", "a b"])
_FILES = st.fixed_dictionaries(
    {"version": st.just(1)},
    optional={
        "defaults": _SETTINGS,
        "profiles": st.dictionaries(_NAMES, _SETTINGS, max_size=3),
        "local": st.fixed_dictionaries({"models": st.just({"tiny": "/t"})}),
    },
)
_SETTABLE = [
    *(("seed", "3"), ("model", "c/d"), ("stop", '["x", "#"]'), ("headers.X-C", "c")),
    *(("profiles.ci.seed", "3"), ("profiles.new.stop", "[']']"), ("profiles.b.c.headers.X-C", "#")),
    *(("local.models.big", "/b"), ("profiles.model.model", "c/d"), ("profiles.headers.seed", "3")),
]


def without_empty_tables(data):
    """The data of a file without the tables in which nothing is set."""
    inner = {
        key: without_empty_tables(value) if isinstance(value, dict) else value
        for key, value in data.items()
    }
    return {key: value for key, value in inner.items() if value != {}}


def without(data, trail):
    """Those data without the item at the trail, if there is one."""
    key, *rest = trail
    if not rest or key not in data:
        return {name: value for name, value in data.items() if rest or name != key}
    return {**data, key: without(data[key], rest)}


def commented(data, end):
    """A file with those data, and a numbered comment above each of its lines outside of values."""
    text = tomlkit.dumps(data)
    starts = {one.line for one in statements(text)}
    lines = text.splitlines()
    return "".join(
        f"{f'# comment {number}{end}' if number in starts else ''}{line}{end}"
        for number, line in enumerate(lines, 1)
    )


@given(data=_FILES, setting=st.sampled_from(_SETTABLE), end=st.sampled_from(["\n", "\r\n"]))
def test_what_is_set_and_unset_leaves_the_data_and_comments_as_they_were(
    tmp_path_factory, data, setting, end
):
    """Of a value that was there before, nothing is left."""
    key, value = setting
    path: Path = tmp_path_factory.getbasetemp() / "any.toml"
    before = commented(data, end)
    path.write_bytes(before.encode())

    trail = set_value(path, key, value).trail
    unset_value(path, key)

    after = path.read_bytes().decode()
    wanted = without(data, trail)
    assert without_empty_tables(tomllib.loads(after)) == without_empty_tables(wanted)
    assert re.findall("# comment [0-9]+", after) == re.findall("# comment [0-9]+", before)
