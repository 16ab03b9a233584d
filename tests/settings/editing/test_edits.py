"""Changes to the file: what is put where, and that everything else stays."""

import codecs
import tomllib
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.contract import UsageError
from hello_llm.settings.editing.edits import Change, init_file, set_value, use_profile
from hello_llm.settings.example import example_text
from hello_llm.settings.resolve import resolve
from tests.settings.editing.samples import FILE, refusal


@pytest.mark.parametrize(
    ("key", "text", "old", "new"),
    [
        ("model", "c/d", "model = 'a/b' # good", 'model = "c/d" # good'),
        ("defaults.model", "c/d", "model = 'a/b' # good", 'model = "c/d" # good'),
        ("temperature", "0.5", "#temperature = 0.2\n", "#temperature = 0.2\ntemperature = 0.5\n"),
        ("stream", "true", "# for all\n", "# for all\nstream = true\n"),
        ("system", 'a\n"b"', "# for all\n", '# for all\nsystem = "a\\n\\"b\\""\n'),
        ("profiles.ci.seed", "2", "seed = 1", "seed = 2"),
        ("profiles.ci.top_p", "1", "[profiles.ci]\n", "[profiles.ci]\ntop_p = 1.0\n"),
        (
            "profiles.new.model",
            "c/d",
            "# The end.\n",
            '# The end.\n\n[profiles.new]\nmodel = "c/d"\n',
        ),
        (
            "profiles.a.b.quiet",
            "true",
            "# The end.\n",
            '# The end.\n\n[profiles."a.b"]\nquiet = true\n',
        ),
        (
            "local.models.tiny",
            "/m/t.gguf",
            "# The end.\n",
            '# The end.\n\n[local.models]\ntiny = "/m/t.gguf"\n',
        ),
    ],
)
def test_a_change_touches_its_own_line_only(file, key, text, old, new):
    set_value(file, key, text)

    assert file.read_text() == FILE.replace(old, new)


def test_a_list_is_read_as_a_file_would_hold_it_or_as_one_text(file):
    set_value(file, "profiles.ci.stop", '["a", "b\\n"]')
    set_value(file, "stop", "END")

    assert resolve({}, config_file=file).stop == ("END",)
    assert resolve({}, config_file=file, profile="ci").stop == ("a", "b\n")


@pytest.mark.parametrize(
    ("key", "table"),
    [
        ("headers.X-Team", ("defaults", "headers")),
        ("defaults.headers.X-Team", ("defaults", "headers")),
        ("profiles.ci.headers.X-Team", ("profiles", "ci", "headers")),
        ("profiles.new.one.headers_env.X-Team", ("profiles", "new.one", "headers_env")),
    ],
)
def test_a_header_is_set_beside_those_that_are_there(file, key, table):
    set_value(file, key, "BLUE")
    set_value(file, key.replace("X-Team", "X-Org"), "ACME")
    found = tomllib.loads(file.read_text())
    for name in table:
        found = found[name]
    assert found == {"X-Team": "BLUE", "X-Org": "ACME"}


def test_a_header_that_cannot_be_set_is_refused(file):
    message, _ = refusal(set_value, file, "headers.Host", "x")
    assert message.endswith("cannot have Host: it says how the request is sent, and cannot be set")
    assert file.read_text() == FILE


def test_a_path_of_a_model_starts_from_the_working_folder(file, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    assert set_value(file, "local.models.t", "t.gguf").value == str(tmp_path / "t.gguf")
    assert set_value(file, "ca_file", "t.pem").value == str(tmp_path / "t.pem")
    assert set_value(file, "local.models.u", "~/u.gguf").value == "~/u.gguf"


def test_a_profile_becomes_the_default_one(file):
    use_profile(file, "ci")

    assert file.read_text() == FILE.replace(
        "version = 1 # the only one\n", 'version = 1 # the only one\ndefault_profile = "ci"\n'
    )
    assert resolve({}, config_file=file).profile == "ci"


def test_another_profile_takes_its_place(file):
    set_value(file, "profiles.b.seed", "3")
    use_profile(file, "ci")
    use_profile(file, "b")

    assert file.read_text().count("default_profile") == 1
    assert resolve({}, config_file=file).seed == 3


@pytest.mark.parametrize(
    ("key", "text", "after", "line"),
    [
        ("model", "a/b", '#model = "ollama/qwen2.5:0.5b"\n', 'model = "a/b"\n'),
        ("retries", "3", "#retries = 2\n", "retries = 3\n"),
        ("headers.X-A", "b", '#headers = { X-Team = "blue" }\n', 'headers = { X-A = "b" }\n'),
        ("local.models.tiny", "/t", '#tiny = "~/models/tiny.gguf"\n', 'tiny = "/t"\n'),
        ("profiles.ollama.seed", "1", "[profiles.ollama]\n", "seed = 1\n"),
        ("budget.daily", "0.10", "#daily = 5\n", "daily = 0.1\n"),
        ("profiles.ci.seed", "1", '#   can = ["vision", "tools"]\n', "\n[profiles.ci]\nseed = 1\n"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_there_starts_as_the_example(tmp_path, key, text, after, line):
    path = tmp_path / "new" / "c.toml"

    set_value(path, key, text)

    assert path.read_text() == example_text().replace(after, after + line)


def test_a_change_is_returned_as_the_file_has_it(tmp_path):
    change = set_value(tmp_path / "c.toml", "profiles.ci.temperature", "1")

    assert change == Change(("profiles", "ci", "temperature"), 1.0)


def test_windows_line_ends_stay(file):
    file.write_bytes(FILE.replace("\n", "\r\n").encode())

    set_value(file, "model", "c/d")
    set_value(file, "seed", "1")

    changed = FILE.replace("'a/b'", '"c/d"').replace("# for all\n", "# for all\nseed = 1\n")
    assert file.read_bytes() == changed.replace("\n", "\r\n").encode()


def test_a_new_table_has_the_line_ends_of_the_file(file):
    file.write_bytes(FILE.replace("\n", "\r\n").encode())

    set_value(file, "profiles.new.model", "c/d")

    assert file.read_bytes().count(b"\n") == file.read_bytes().count(b"\r\n")


def test_a_byte_order_mark_stays(file):
    file.write_bytes(codecs.BOM_UTF8 + FILE.encode())

    set_value(file, "seed", "1")

    changed = FILE.replace("# for all\n", "# for all\nseed = 1\n")
    assert file.read_bytes() == codecs.BOM_UTF8 + changed.encode()


def test_a_last_line_without_an_end_is_no_obstacle(file):
    file.write_text("version = 1\n[defaults]")

    set_value(file, "seed", "1")

    assert file.read_text() == "version = 1\n[defaults]\nseed = 1\n"


def test_init_writes_the_example(tmp_path):
    path = tmp_path / "new" / "c.toml"

    init_file(path)

    assert path.read_text() == example_text()


def test_init_replaces_a_file_only_if_told_to(file):
    assert refusal(init_file, file) == (
        f"{file} exists already",
        "hello-llm config init --force replaces it",
    )
    assert file.read_text() == FILE

    init_file(file, force=True)

    assert file.read_text() == example_text()


def test_init_does_not_follow_a_dangling_link_unasked(tmp_path):
    link = tmp_path / "c.toml"
    link.symlink_to("elsewhere.toml")

    assert refusal(init_file, link)[0] == f"{link} exists already"
    assert not (tmp_path / "elsewhere.toml").exists()


_tables = st.dictionaries(
    st.text(min_size=1, max_size=5),
    st.fixed_dictionaries({}, optional={"seed": st.integers(0, 9), "model": st.just("a/b")}),
    max_size=3,
)
_layouts = st.sampled_from([
    "version = 1\n",
    "version = 1",
    "version = 1\n[defaults]",
    "defaults.seed = 1\nversion = 1 # x\n",
    "version = 1\ndefaults = { seed = 1 }\n",
    "version = 1\nprofiles.ci.seed = 1\n[defaults]\nseed = 1\n",
    "version = 1\nprofiles = { ci = { seed = 1 } } # x\n",
    "version = 1\n[profiles]\nci = { seed = 1 }\n[defaults]\n",
    "version = 1\n[profiles.ci]\n[defaults]\nsystem = '''\n#model = 1\n[profiles.ci]\n'''\n[local]",
    "[profiles.ci]\n[defaults]\n[profiles.x]\n[local]\nmodels.a = 'x'\n['profiles'.\"y\"]\n",
])  # fmt: skip
_keys = ["model", "seed", "profiles.ci.model", "profiles.new.seed", "local.models.a"]


@given(
    layout=st.one_of(
        _layouts, _tables.map(lambda tables: tomlkit.dumps({"version": 1, "profiles": tables}))
    ),
    key=st.sampled_from(_keys),
)
def test_in_any_layout_a_change_is_made_as_asked_or_not_at_all(tmp_path_factory, layout, key):
    """The data afterwards are those of before with the one value in them, and comments stay."""
    path: Path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(layout.encode())
    value = 7 if key.endswith("seed") else "/x/y"
    try:
        set_value(path, key, str(value))
    except UsageError:
        assert path.read_bytes() == layout.encode()
        return
    after = path.read_bytes().decode()
    *above, last = key.split(".") if "." in key else ["defaults", key]
    wanted = tomllib.loads(layout)
    table = wanted
    for part in above:
        table = table.setdefault(part, {})
    table[last] = value
    assert tomllib.loads(after) == wanted
    assert after.count("# x") == layout.count("# x")
