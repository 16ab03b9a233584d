"""No key reaches an output, whatever its shape, wherever it is planted, whoever quotes it."""

import json
import re
from itertools import cycle
from pathlib import Path

import pytest

from hello_llm.contract.vendors import VENDORS
from hello_llm.providers.http.vendor_table import key_variable
from hello_llm.providers.litellm.loader import load
from hello_llm.secrets.environ import secrets_in
from hello_llm.secrets.redactor import Redactor
from tests.cli.person import Person
from tests.cli.program import program
from tests.cli.shapes_of_keys import SHAPES, forms, leaked
from tests.servers import Script

AT_ONCE = (("Retry-After", "0"),)
STREAM = (("Content-Type", "text/event-stream"),)
SENT = SHAPES["signs that addresses escape"]
"""The key that every call takes along, in a variable whose name does not say so."""
PASSWORD = SHAPES["Azure"]
EVERYTHING = "\n".join(form for key in SHAPES.values() for form in forms(key).values())
NAMELESS = [key for key in SHAPES.values() if leaked(Redactor()(key))]
"""The keys that are only known by the variable they stand in; no telltale shape gives them away."""
LOUD = {"LITELLM_LOG": "DEBUG", "OPENAI_LOG": "debug", "HTTPX_LOG_LEVEL": "trace"}


@pytest.fixture(autouse=True)
def planted(monkeypatch):
    """Every key in a variable of its own."""
    load()  # it takes the proxies out of the environment, which is all one in this process
    monkeypatch.setenv("CREDS", SENT)
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{PASSWORD}@proxy.example:3128")
    for number, key in enumerate(SHAPES.values()):
        if key not in {SENT, PASSWORD}:
            monkeypatch.setenv(f"VENDOR{number}_API_KEY", f" {key}\n")


def call(server, *flags):
    base = ("--model", "openai/tiny", "--api-base", f"{server.url}/v1", "--api-key-env", "CREDS")
    return ("chat", "hi", "--provider", "litellm", *base, "--verbose", "--debug", *flags)


def leaks(*outputs):
    """The shapes of the keys of which a piece is in `outputs`, or in a file or its name."""
    paths = [path for folder in (Path.cwd(), Path.home()) for path in folder.rglob("*")]
    written = [path.read_text("utf-8", "replace") for path in paths if path.is_file()]
    return leaked("\n".join([*outputs, *map(str, paths), *written]))


def refusals(*sentences):
    return [Script(status=503, error=sentence, headers=AT_ONCE) for sentence in sentences]


def in_turn():
    """A sentence for each key, which has another form in each."""
    numbers = cycle(range(len(forms("any key"))))
    return [
        f"no {list(forms(key).values())[number]}"
        for key, number in zip(SHAPES.values(), numbers, strict=False)
    ]


def cut():
    """A sentence for some keys that ends in the midst of it: after 300 characters it is cut."""
    return ["." * (290 - min(len(key), 80) // 2) + key for key in NAMELESS]


def packed():
    """All keys in a few sentences."""
    keys = sorted(SHAPES.values(), key=len)
    return [" ".join(keys[at : at + 4]) for at in range(0, len(keys), 4)]


def test_no_form_of_a_key_that_a_server_quotes_is_told(openai_server):
    sentences = [*in_turn(), *cut()]
    openai_server.play(*refusals(*sentences))
    flags = ("--stream", "--json", "--retries", str(len(sentences) - 1))
    ended = program(*call(openai_server, *flags))
    assert len(openai_server.requests) == len(sentences)
    assert len(re.findall(r"\[redacted\]", ended.text)) >= len(sentences)
    assert leaks(ended.text, ended.stderr) == set()


@pytest.mark.parametrize("flags", ["--output plain", "--output rich", "--json", "--out answer"])
def test_no_key_in_an_error_body_is_told_in_any_form(openai_server, flags):
    openai_server.play(*refusals(*packed()))
    ended = program(*call(openai_server, *flags.split(), "--retries", "7", "--no-stream"))
    assert ended.code == 8
    assert ended.stderr.count("[redacted]") >= len(packed())
    assert leaks(ended.text, ended.stderr) == set()


@pytest.mark.parametrize("sentence", packed())
def test_no_key_in_an_error_after_half_an_answer_is_told_or_kept(openai_server, sentence):
    delta = {"choices": [{"index": 0, "delta": {"content": "Half"}}]}
    frames = (f"data: {json.dumps(frame)}\n\n" for frame in (delta, {"error": sentence}))
    openai_server.play(Script(body="".join(frames).encode(), headers=STREAM))
    ended = program(*call(openai_server, "--stream", "--out", "answer", "--keep-partial"))
    assert (ended.code, Path("answer.partial").read_bytes()) == (9, b"Half")
    assert "[redacted]" in ended.stderr
    assert leaks(ended.text, ended.stderr) == set()


@pytest.mark.in_process
def test_a_bug_shows_its_traceback_without_a_key(openai_server, monkeypatch):
    def completion(**arguments):
        raise RuntimeError(EVERYTHING, arguments)

    monkeypatch.setattr(load(), "completion", completion)
    ended = program(*call(openai_server, "--json"))
    assert ended.code == 70
    assert "Traceback (most recent call last)" in ended.stderr
    assert leaks(ended.text, ended.stderr) == set()


def test_a_person_sees_no_key_however_loud_a_library_is_set(openai_server, monkeypatch):
    sentences = packed()[:3]
    openai_server.play(*(Script(status=401, error=sentence) for sentence in sentences))
    for name, level in LOUD.items():
        monkeypatch.setenv(name, level)
    command, _prompt, *flags = call(openai_server)
    with Person(command, *flags, columns=400) as person:
        for number in range(len(sentences)):
            person.say(f"hi {number}")
        person.say("/exit")
        assert person.wait_for_end() == 0
        assert person.shown.count("rejected the key in CREDS") == len(sentences)
        assert leaks(person.shown) == set()
    assert openai_server.requests[0].headers["authorization"] == f"Bearer {SENT}"


@pytest.mark.parametrize(
    ("status", "header"),
    [(503, "Retry-After"), (503, "X-Request-ID"), (307, "Location"), (200, "Content-Type")],
)
def test_no_key_in_a_header_is_told(openai_server, status, header):
    headers = ((header, f"http://elsewhere.example/{' '.join(SHAPES.values())}"),)
    openai_server.play(Script(status=status, headers=headers, body=b"<html>"))
    ended = program(*call(openai_server, "--json", "--retries", "0"))
    assert ended.code in {8, 9}
    assert leaks(ended.text, ended.stderr) == set()


@pytest.mark.parametrize(
    "line",
    [
        "api_key = {}",
        "token = {}",
        "modle = {}",
        "temperature = {}",
        "output = {}",
        "proxy = {}",
        "api_base = {}",
        "api_key_env = {}",
        "stop = {}",
        "stream = {",
        "{} = 1",
        "[profiles.{}]\nmodle = 1",
        "[local.models]\ntiny = [{}]",
    ],
)
def test_a_key_in_a_configuration_file_is_not_repeated(monkeypatch, line):
    monkeypatch.setenv("SPARE_API_KEY", SENT)
    for key in NAMELESS:
        toml = line.replace("{}", json.dumps(key))
        Path("c.toml").write_text(f"version = 1\n[defaults]\n{toml}\n", "utf-8")
        ended = program("chat", "hi", "--config", "c.toml")
        assert ended.code == 2
        assert leaked(ended.text + ended.stderr) == set()


@pytest.mark.parametrize(
    "flags",
    [
        "--temperature {}",
        "--max-tokens {}",
        "--output {}",
        "--api-key-env {}",
        "--api-base {}",
        "--api-base http://me:{}@127.0.0.1:9",
        "--api-base http://127.0.0.1:9/{} --dry-run",
        "--model openai/{}",
        "--profile {}",
        "--config {}",
        "--out none/{}",
        "--no-stream={}",
    ],
)
def test_a_key_in_the_wrong_place_of_the_command_line_is_not_repeated(monkeypatch, flags):
    monkeypatch.setenv("SPARE_API_KEY", SENT)
    for key in NAMELESS:
        ended = program(
            "chat", "hi", "--provider", "litellm", *(f.format(key) for f in flags.split())
        )
        assert ended.code != 0
        assert leaks(ended.text, ended.stderr) == set()


@pytest.mark.parametrize("form", ["--json", "--stream --json"])
def test_a_name_for_the_call_that_is_a_key_is_not_repeated(openai_server, form):
    openai_server.play(Script(headers=(("x-request-id", SENT),)))
    ended = program(*call(openai_server, *form.split()))
    assert (ended.code, "[redacted]" in ended.text) == (0, True)
    assert leaks(ended.text, ended.stderr) == set()


@pytest.mark.parametrize(
    "command",
    [
        "chat hi --dry-run --config c.toml --provider litellm --model openai/tiny",
        "chat hi --dry-run --config c.toml --output json",
        "config show --config c.toml",
        "config show --config c.toml --json",
        "config validate --config wrong.toml",
        "config set system {} --config new.toml",
        "config path --config {}",
    ],
)
def test_a_key_that_the_settings_hold_is_not_shown(monkeypatch, command):
    monkeypatch.setenv("OPENAI_API_KEY", SENT)
    for key in NAMELESS:
        text = json.dumps(key)
        head = "version = 1\n[defaults]\n"
        Path("c.toml").write_text(f"{head}system = {text}\nstop = [{text}]\n", "utf-8")
        Path("wrong.toml").write_text(f"{head}seed = {text}\n", "utf-8")
        ended = program(*(word.format(key) for word in command.split()))
        assert "[redacted]" in ended.text
        assert leaked(ended.text + ended.stderr) == set()


def test_the_variable_of_every_vendor_is_known_to_hold_a_secret():
    variables = {key_variable(vendor) for vendor in VENDORS}
    assert set(secrets_in({name: name for name in variables})) == variables


@pytest.mark.parametrize(
    ("name", "value", "secrets"),
    [
        ("AWS_ACCESS_KEY_ID", "abc", ["abc"]),
        ("AWS_SESSION_TOKEN", "abc", ["abc"]),
        ("GEMINI_API_KEYS", "abc,def", ["abc,def"]),
        ("OPENAI_API_KEY_2", "abc", ["abc"]),
        ("openai_api_key", "abc", ["abc"]),
        ("SMTP_PASSWD", "abc", ["abc"]),
        ("CREDS", "abc", []),
        ("PWD", "/home/me", []),
        ("TOKENIZERS_PARALLELISM", "false", []),
        ("KEYBOARD_LAYOUT", "de", []),
        ("HTTPS_PROXY", "http://me:p%40ss@proxy.example:3128", ["p@ss"]),
        ("DATABASE_URL", "postgres://db.example/table", []),
    ],
)
def test_the_environment_tells_its_secrets_by_name_and_by_address(name, value, secrets):
    assert list(secrets_in({name: value})) == secrets


def test_a_variable_that_is_named_holds_a_secret_whatever_its_name():
    assert list(secrets_in({"CREDS": "abc", "OTHER": "def"}, "CREDS")) == ["abc"]
