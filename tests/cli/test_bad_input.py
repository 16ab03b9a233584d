"""Whatever stands in a profile, a flag or standard input: a sentence, never a traceback."""

import json
import os
import subprocess
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hello_llm.contract import ExitCode
from hello_llm.settings.fields import FIELDS
from tests.cli.program import COMMAND, child, program

QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
MARK = "Traceback (most recent call last)"

KEYS = st.sampled_from([*FIELDS, "version", "profiles", "a.b", '"q"', "é", "x"])
VALUES = st.sampled_from(
    [
        "1",
        "-1",
        "1e400",
        "nan",
        "true",
        '"x"',
        "'''\n'''",
        "[[1]]",
        "{a = 1}",
        "1979-05-27",
        '"\\u0000"',
    ]
)
LINES = st.one_of(
    st.builds("{} = {}".format, KEYS, VALUES),
    st.builds("[{}]".format, KEYS),
    st.builds("[profiles.{}]".format, KEYS),
    st.text(max_size=20),
)
FILES = st.one_of(
    st.binary(max_size=80),
    st.lists(LINES, max_size=8).map(lambda lines: "\n".join(lines).encode("utf-8", "replace")),
    st.lists(LINES, max_size=8).map(
        lambda lines: b"version = 1\n[defaults]\n" + "\r\n".join(lines).encode("utf-8", "replace")
    ),
)


def explained(ended, *codes):
    """Check that `ended` says in its own words what is wrong, or went well."""
    assert MARK not in ended.stderr
    assert ended.code in {ExitCode.OK, ExitCode.USAGE, *codes}
    if ended.code:
        assert ended.stderr.startswith("error: ")
        assert not {"\x1b", "\x00", "\x9b"} & set(ended.stderr)


@pytest.mark.in_process
@QUICK
@given(FILES)
@example(b"\xef\xbb\xbfversion = 1\n")
@example(b"version = 1\r\n[defaults]\r\nseed = 1\r\nseed = 2\r\n")
@example(b"version = 1\n[defaults]\nstop = " + b"[" * 5000)
@example(b'version = 1\n[defaults]\nmodel = "' + b"x" * 100_000 + b'"\n')
@example(b"version = 1\nprofiles = 1\n")
def test_any_profile_file_is_used_or_refused_with_a_sentence(tmp_path, content):
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    for command in (["chat", "hi"], ["config", "show"], ["config", "validate"]):
        explained(program(*command, "--config", file))
    ended = program("config", "set", "profiles.x.seed", "1", "--config", file)
    explained(ended)
    assert (file.read_bytes() == content) == (ended.code == ExitCode.USAGE)


def filled(head, unit, tail="\n"):
    """Return a large file with `unit` over and over in it."""
    return f"version = 1\n{head}{unit * (60_000 // len(unit))}{tail}"


COSTLY = {
    "a text of brackets": filled('[defaults]\nsystem = """\n', "x]\n", '"""\n'),
    "a text of comments": filled('[defaults]\nsystem = """\n', "#model =\n", '"""\n'),
    "a list of lines": filled("[defaults]\nstop = [\n", '"]",\n', "]\n"),
    "a list in a list": filled("x = ", "["),
    "a table in a table": filled("x = ", "{x="),
    "a key of many parts": filled("", "x.", "x = 1\n"),
    "a table of many parts": filled("[", "x.", "x]\n"),
    "a long key": filled("", "x", " = 1\n"),
    "a long number": filled("x = ", "1"),
    "an open text": filled("x = '''", "x\n"),
    "half a key": filled('[defaults]\nmodel = "', "eyJxxxxxxxx", '"\n'),
    "an address": filled('[defaults]\napi_base = "http://x/?', "x=1&", '"\n'),
    "many profiles": "version = 1\n" + "".join(f"[profiles.x{n}]\n" for n in range(3_500)),
    "many mistakes": "version = 1\n" + "".join(f"x{n} = 1\n" for n in range(3_500)),
}


@pytest.mark.parametrize("name", COSTLY)
def test_no_file_takes_long_to_read_or_to_change(tmp_path, name):
    file = tmp_path / "config.toml"
    file.write_text(COSTLY[name])
    began = time.process_time()
    explained(program("chat", "hi", "--profile", "x" * 100_000, "--config", file))
    explained(program("config", "set", "model", "x/x", "--config", file))
    assert time.process_time() - began < 5


TYPED = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "",
            " ",
            "-",
            "--",
            "9" * 400,
            "1e999",
            "nan",
            "\udcff",
            "a/b",
            "/",
            "//",
            "[",
            "x" * 100_000,
        ]
    ),
).filter(lambda text: "\0" not in text)


@QUICK
@given(
    st.sampled_from([f.flag for f in FIELDS.values() if f.flag and f.default is not True]), TYPED
)
@example("--require-model", "0")
def test_any_value_of_a_flag_is_used_or_refused_with_a_sentence(flag, value):
    # A provider that is taken would be asked, and what is shown may go anywhere.
    fixed = [] if flag == "--provider" else ["--provider", "mock"]
    refused = [ExitCode.BROKEN_REPLY] if flag == "--require-model" else []
    explained(program("chat", "hi", *fixed, f"{flag}={value}"), *refused)


@QUICK
@given(TYPED)
def test_any_model_is_asked_or_refused_before_anything_is_sent(value):
    explained(program("chat", "hi", f"--model={value}", "--dry-run", "--provider=litellm"), 3, 4)


@QUICK
@given(TYPED)
def test_any_prompt_and_any_name_of_a_file_is_taken_or_refused(value):
    explained(program("chat", f"--prompt={value}"))
    explained(program("chat", "hi", f"--config={value}"))
    explained(program("chat", "hi", f"--profile={value}"))


@QUICK
@given(st.binary(max_size=200))
@example(b"\0")
@example(b"\xff\xfe")
@example(b"\xef\xbb\xbf")
@example(b" \n")
@example("é\u2028\ud800".encode("utf-8", "surrogatepass"))
def test_any_standard_input_is_taken_exactly_or_refused_with_a_sentence(content):
    ended = program("chat", "hi", "--json", stdin=content)
    explained(ended)
    if ended.code == 0:
        text = content.decode("utf-8-sig")
        added = f"\n\n{text[:1]}" if text.strip() else ""
        assert json.loads(ended.stdout)["text"].startswith(f"Hello! You said: hi{added}")


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/full", "/dev/null", ".", "/proc/self/mem"])
def test_a_device_or_a_folder_as_configuration_is_refused(name):
    ended = child("chat", "hi", "--config", name)
    explained(ended)
    assert ended.code == ExitCode.USAGE


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/full", "/dev/null"])
def test_a_device_as_standard_input_is_not_read(name):
    with open(name, "rb") as device:  # noqa: PTH123 - a device
        ended = subprocess.run(
            [*COMMAND, "chat", "hi"], stdin=device, capture_output=True, timeout=30, check=False
        )
    assert (ended.returncode, ended.stdout) == (0, b"Hello! You said: hi\n")


def test_a_hundred_megabytes_as_standard_input_are_refused(tmp_path):
    size = 100_000_000
    file = tmp_path / "large"
    with file.open("wb") as large:
        large.truncate(size)
    with file.open("rb") as stdin:
        ended = subprocess.run(
            [*COMMAND, "chat", "hi"],
            stdin=stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )
    assert (ended.returncode, ended.stdout) == (ExitCode.USAGE, b"")
    assert ended.stderr == (
        b"error: standard input is larger than 16 MiB\nhint: no model reads that much\n"
    )


def test_a_file_of_certificates_that_is_none_is_found_before_anything_is_loaded(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    file = tmp_path / "config.toml"
    for name in ("none.pem", "pipe", "."):
        file.write_text(
            'version = 1\n[defaults]\nprovider = "litellm"\nmodel = "ollama/x"\n'
            f'ca_file = "{name}"\n'
        )
        ended = program("chat", "hi", "--config", file)
        assert ended.code == ExitCode.USAGE
        assert ended.stderr == (
            f"error: there is no file {tmp_path / name}\n"
            "hint: name a PEM file in the profile: ca_file\n"
        )


def test_a_pipe_is_no_model_file(tmp_path):
    pipe = tmp_path / "x.gguf"
    os.mkfifo(pipe)
    ended = program("chat", "hi", "--provider", "litellm", "--model", f"local/{pipe}")
    assert (ended.code, ended.stderr) == (
        ExitCode.USAGE,
        f"error: the model file {pipe} is a pipe, not a file\n",
    )


NO_FILES = ["a" * 300, f"{'a' * 300}/b", "~nobody-of-this-name/a", "/dev/null/a"]
ASSERTED = 'provider = "mock"\nexpect.contains = "x"'
NAMING = {
    "chat": ["--config", "--out", "--record", "--replay", "--script"],
    "check": ["--config", "--record", "--replay", "--script", "--rerun-failed"],
}


@pytest.mark.in_process
@pytest.mark.parametrize("name", NO_FILES)
@pytest.mark.parametrize(
    ("command", "flag"), [(command, flag) for command in NAMING for flag in NAMING[command]]
)
def test_a_flag_with_a_name_that_no_file_can_have_is_explained(tmp_path, command, flag, name):
    suite = tmp_path / "suite.toml"
    suite.write_text(f'version = 1\n[[check]]\nname = "c"\nprompt = "hi"\n{ASSERTED}\n')
    ended = program(command, suite if command == "check" else "hi", flag, name)
    explained(ended, ExitCode.IO)
    assert ended.code != ExitCode.OK
    assert flag in ended.stderr or name in ended.stderr


@pytest.mark.in_process
@pytest.mark.parametrize("name", NO_FILES)
@pytest.mark.parametrize(
    "line",
    ["script = {}", "prompt_file = {}", "expect.json_schema = {}"],
)
def test_a_suite_with_a_name_that_no_file_can_have_is_explained(tmp_path, line, name):
    suite = tmp_path / "suite.toml"
    asked = "" if "prompt_file" in line else 'prompt = "hi"\n'
    named = line.format(json.dumps(name))
    suite.write_text(f'version = 1\n[[check]]\nname = "c"\n{asked}{named}\n{ASSERTED}\n')
    ended = program("check", suite)
    explained(ended)
    assert ended.code == ExitCode.USAGE


@pytest.mark.in_process
@pytest.mark.parametrize("name", NO_FILES)
@pytest.mark.parametrize(
    "settings",
    [
        'provider = "mock"\nscript = "{}"',
        'provider = "litellm"\nmodel = "ollama/x"\nca_file = "{}"',
        'provider = "litellm"\nmodel = "local/{}"',
    ],
)
def test_a_profile_with_a_name_that_no_file_can_have_is_explained(tmp_path, settings, name):
    file = tmp_path / "config.toml"
    file.write_text(f"version = 1\n[defaults]\n{settings.format(name)}\n")
    ended = program("chat", "hi", "--config", file)
    explained(ended)
    assert ended.code == ExitCode.USAGE
