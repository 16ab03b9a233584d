"""Removals from the file: what goes, and that everything else stays."""

import stat
import tomllib

import pytest

from hello_llm.settings.editing.edits import unset_value
from tests.settings.editing.samples import refusal

FILE = """\
# Mine.
version = 1 # the only one
default_profile = "b"

[defaults]   # for all
#temperature = 0.2
model = 'a/b' # good
# Where to end.
stop = [
  "x", # one
  "]",
]
headers = { X-Team = "blue", X-Org = "acme" } # ours
system = '''
seed = 1
[profiles.ci]
'''
temprature = 1

# The CI.
[profiles.ci]
seed = 1
# #seed = 2

[profiles.ci.headers]
X-Team = "red"

# The other.
[profiles.b]
stream = true

[local.models]
tiny = "/m/t.gguf"
"""
KEY_HINT = (
    "a key is model, profiles.NAME.model, local.models.NAME, models.NAME.input or budget.daily"
)
FIRST_KEYS = (
    "the first of its 10 keys are default_profile, defaults.model, defaults.stop,"
    " defaults.headers.X-Team and defaults.headers.X-Org"
)
VALID = FILE.replace("temprature = 1\n", "")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "c.toml"
    path.write_bytes(VALID.encode())
    return path


REMOVALS = [
    ("model", "model = 'a/b' # good\n", ""),
    ("defaults.model", "model = 'a/b' # good\n", ""),
    ("stop", 'stop = [\n  "x", # one\n  "]",\n]\n', ""),
    ("system", "system = '''\nseed = 1\n[profiles.ci]\n'''\n", ""),
    ("headers", 'headers = { X-Team = "blue", X-Org = "acme" } # ours\n', ""),
    ("headers.X-Org", 'X-Team = "blue", X-Org = "acme" }', 'X-Team = "blue"  }'),
    ("profiles.ci.seed", "[profiles.ci]\nseed = 1\n", "[profiles.ci]\n"),
    ("profiles.ci.headers.X-Team", '[profiles.ci.headers]\nX-Team = "red"\n\n', ""),
    ("profiles.ci.headers", '[profiles.ci.headers]\nX-Team = "red"\n\n', ""),
    ("default_profile", 'default_profile = "b"\n', ""),
    ("local.models.tiny", 'tiny = "/m/t.gguf"\n', ""),
    (
        "profiles.ci",
        '[profiles.ci]\nseed = 1\n# #seed = 2\n\n[profiles.ci.headers]\nX-Team = "red"\n',
        "",
    ),
]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(("key", "old", "new"), REMOVALS)
def test_a_removal_touches_its_own_lines_only(file, key, old, new, end):
    before, old, new = (text.replace("\n", end) for text in (VALID, old, new))
    file.write_bytes(before.encode())

    unset_value(file, key)

    assert before.count(old) == 1
    assert file.read_bytes().decode() == before.replace(old, new)


def test_of_the_blank_lines_around_a_profile_one_goes(file):
    text = "version = 1\n\n[profiles.a]\nseed = 1\n\n[profiles.b]\nseed = 2\n\n[profiles.c]\n"
    file.write_text(text)

    unset_value(file, "profiles.b")
    assert file.read_text() == "version = 1\n\n[profiles.a]\nseed = 1\n\n[profiles.c]\n"
    unset_value(file, "profiles.c")
    assert file.read_text() == "version = 1\n\n[profiles.a]\nseed = 1\n"
    unset_value(file, "profiles.a")
    assert file.read_text() == "version = 1\n"


LAYOUTS = {
    "dotted keys": "version = 1\nprofiles.ci.seed = 1 # s\n# x\nprofiles.ci.model = 'a/b'\n",
    "an inline table": "version = 1 # x\nprofiles = { ci = { seed = 1, model = 'a/b' }, b = {} }\n",
    "dotted keys in braces": "version = 1 # x\nprofiles = { ci.seed = 1, ci.model = 'a/b' }\n",
    "an inline profile": "version = 1\n[profiles] # x\nci = { seed = 1, model = 'a/b' }\n",
    "tables in any order": "version = 1\n[profiles.ci.headers]\nA = 'a'\n[local] # x\n"
    "[profiles.ci]\nseed = 1\nmodel = 'a/b'\n",
    "quoted names": "version = 1 # x\n['profiles'.\"ci\"]\n'seed' = 1\n\"model\" = 'a/b'\n",
    "a file without a last line end": "version = 1 # x\n[profiles.ci]\nmodel = 'a/b'\nseed = 1",
}  # fmt: skip


@pytest.mark.parametrize("key", ["profiles.ci.seed", "profiles.ci"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_way_to_write_a_key_can_be_removed(file, layout, key):
    file.write_text(LAYOUTS[layout])
    wanted = tomllib.loads(LAYOUTS[layout])
    *above, last = key.split(".")
    table = wanted
    for part in above:
        table = table[part]
    del table[last]

    unset_value(file, key)

    left = tomllib.loads(file.read_text())
    assert left.get("profiles", {}) == wanted["profiles"]
    assert file.read_text().count("# x") == 1


def test_a_profile_whose_name_has_dots_is_removed(file):
    file.write_text('version = 1\n[profiles.a]\nseed = 1\n[profiles."a.b"]\nseed = 2\n')

    assert unset_value(file, "profiles.a.b") == ("profiles", "a.b")
    assert file.read_text() == "version = 1\n[profiles.a]\nseed = 1\n"


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (FILE, "temprature"),
        ("version = 1\nmodel = 'a/b'\n", "model"),
        ("version = 1\n[profiles.ci]\nmodle = 'a/b'\n", "profiles.ci.modle"),
        ("version = 1\n[defaults]\napi_key = 'x'\n", "api_key"),
        ("version = 1\n[defaults]\nseed = 'x'\n", "seed"),
        ("version = 1\ndefault_profile = 'no'\n", "default_profile"),
    ],
)
def test_a_mistake_in_the_file_can_be_removed(file, content, key):
    file.write_text(content)

    unset_value(file, key)

    line = next(one for one in content.splitlines(keepends=True) if key.split(".")[-1] in one)
    assert file.read_text() == content.replace(line, "")


@pytest.mark.parametrize(
    ("key", "message", "hint"),
    [
        ("seed", "seed is not set in {}", "it is set as profiles.ci.seed"),
        ("profiles.b.model", "profiles.b.model is not set in {}", "it is set as defaults.model"),
        ("retries", "retries is not set in {}", FIRST_KEYS),
        ("modle", 'unknown key "modle"', 'did you mean "model"?'),
        ("profiles.ci.modle", 'unknown key "profiles.ci.modle"', 'did you mean "model"?'),
        ("profiles.no", 'there is no profile "no" in {}', "the profiles are ci and b"),
        ("profiles.no.seed", 'there is no profile "no" in {}', "the profiles are ci and b"),
        (
            "profiles.b",
            "profiles.b is the default profile",
            "first hello-llm config use NAME, or hello-llm config unset default_profile",
        ),
        *(
            (key, f'unknown key "{key}"', KEY_HINT)
            for key in ("", "version", "local", "local.models", "local.models.")
        ),
    ],
)  # fmt: skip
def test_a_refused_removal_changes_nothing(file, key, message, hint):
    assert refusal(unset_value, file, key) == (message.format(file), hint)
    assert file.read_text() == VALID


@pytest.mark.parametrize("key", ["defaults", "profiles", "\udcff"])
def test_neither_a_section_nor_an_unknown_key_is_removed(file, key):
    refusal(unset_value, file, key)
    assert file.read_text() == VALID


def test_a_file_that_would_still_be_wrong_is_not_changed(file):
    file.write_text("version = 1\nx = 1\n[defaults]\nseed = 1\n")

    assert refusal(unset_value, file, "seed")[0] == f'{file}, line 2, column 1: unknown key "x"'
    assert file.read_text().endswith("seed = 1\n")


def test_a_file_that_sets_nothing_says_so(file):
    file.write_text("version = 1\n")
    assert refusal(unset_value, file, "seed") == (
        f"seed is not set in {file}",
        "the file sets nothing",
    )


def test_without_a_file_there_is_nothing_to_remove(tmp_path):
    path = tmp_path / "no.toml"
    assert refusal(unset_value, path, "seed")[0] == f"there is no file {path}"
    assert not path.exists()


def test_the_file_stays_a_link_that_only_its_owner_can_read(file):
    link = file.with_name("link.toml")
    link.symlink_to(file)

    unset_value(link, "model")

    assert link.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
