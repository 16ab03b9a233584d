"""Makes the case of a number: valid input, most of it spoilt in one place."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from hello_llm.cli.parser import COMMANDS, parser
from hello_llm.settings.fields import FIELDS
from tests.fuzz import documents
from tests.fuzz.case import Case
from tests.fuzz.mutation import mutated, torn
from tests.fuzz.values import HOSTILE, WORDS, json_text, toml

_EXAMPLES = Path(__file__).parents[2] / "docs/examples"
_ASK = ("chat", "--provider", "mock")
_WRITES = {"out", "record", "report"}
_PATHS = {"script", "replay", "suite", "config", "rerun_failed", *_WRITES}
_READABLE = ("script.toml", "suite.toml", "config.toml", "recording.jsonl", "question.txt")
_ODD = ("/dev/zero", "/dev/full", "fifo", "folder", "no-such", "", ".", "~nobody-here/x", "a" * 300)
_LEFT_OUT = {("warm", "start"), ("warm", "stop")}
_PROVIDERS = ("mock", "mock", "mock", "litellm", "openai", "")
_LAST = ("--timeout", "1", "--retries", "0")


def make(number: int) -> Case:
    """Return the case of `number`."""
    random = Random(number)
    makers = (_flags, _flags, _profile, _suite, _suite, _script, _recording, _schema)
    return makers[number % len(makers)](number, random)


def _spoilt(random: Random, document: Any, text: Callable[[Any], str]) -> bytes:
    """Return the bytes of `document`, spoilt or not."""
    dice = random.random()
    if dice < 0.3:
        document = mutated(random, document, 1)
    data = text(document).encode("utf-8", "surrogatepass")
    return torn(random, data) if dice > 0.94 else data


def _files(random: Random) -> dict[str, bytes]:
    """Return a valid file of every kind."""
    return {
        "script.toml": toml(documents.script(random)).encode("utf-8", "surrogatepass"),
        "question.txt": b"yes, what?",
        "schema.json": json_text(documents.schema(random)).encode(),
    }


def _flags(number: int, random: Random) -> Case:
    files = _files(random)
    files["suite.toml"] = toml(documents.suite(random, _EXAMPLES)).encode("utf-8", "replace")
    files["config.toml"] = toml(documents.profile(random)).encode("utf-8", "replace")
    files["recording.jsonl"] = _lines(documents.recording(random)).encode()
    commands = _commands()
    path = random.choice([*commands, *[("chat",)] * 9, *[("check",)] * 5])
    parameters = list(commands[path])
    arguments = list(path)
    options = [one for one in parameters if one.param_type_name == "option"]
    for option in random.sample(options, min(len(options), random.choice([0, 1, 2, 3, 6]))):
        arguments += _option(random, option)
    for positional in parameters:
        if positional.param_type_name == "argument" and random.random() < 0.95:
            arguments.append(_word(random, positional.name))
    if random.random() < 0.05:
        arguments.insert(random.randint(0, len(arguments)), str(random.choice(_texts())))
    if path[0] in {"chat", "check"}:
        arguments += _LAST
    stdin = random.choice(
        [b"", b"", b"more\n", b"\xff\xfe", b"\0", b"\xef\xbb\xbfx", b"x" * 70_000]
    )
    clean = tuple(_as_typed(one) for one in arguments)
    return Case(number, "flags", clean, files, stdin)


def _as_typed(argument: str) -> str:
    """Return `argument` as a process gets it: it holds no NUL, and bytes that may be no text."""
    given = argument.replace("\0", "").encode("utf-8", "surrogatepass")
    return given.decode("utf-8", "surrogateescape")


@cache
def _commands() -> dict[tuple[str, ...], tuple[Any, ...]]:
    """Return the parameters of each command."""
    found: dict[tuple[str, ...], tuple[Any, ...]] = {}

    def look(command: Any, path: tuple[str, ...]) -> None:
        for name, below in getattr(command, "commands", {}).items():
            look(below, (*path, name))
        if not hasattr(command, "commands") and path not in _LEFT_OUT:
            found[path] = tuple(command.params)

    look(parser(tuple(COMMANDS)), ())
    return found


@cache
def _texts() -> tuple[str, ...]:
    return tuple(str(one) for one in HOSTILE) + WORDS


def _option(random: Random, option: Any) -> list[str]:
    name = random.choice([*option.opts, *option.secondary_opts])
    if option.is_flag:
        return [name]
    if random.random() < 0.01:
        return [name]  # without its value
    value = _word(random, option.name)
    return [f"{name}={value}"] if random.random() < 0.3 and name.startswith("--") else [name, value]


def _word(random: Random, name: str) -> str:
    """Return a value for the parameter `name`."""
    spoilt = random.random() < 0.08
    if name in _WRITES:
        return random.choice(
            ["new", "junit=new.xml", "json=-", "folder", "no/such", "", "md=new.md"]
        )
    if name in _PATHS:
        fitting = [one for one in _READABLE if one.startswith(name[:6])] or list(_READABLE)
        return random.choice(_ODD if spoilt else fitting)
    if name == "provider":
        return random.choice(_PROVIDERS if spoilt else _PROVIDERS[:3])
    if name == "api_base":
        return "http://127.0.0.1:9"
    if spoilt:
        return random.choice(_texts())
    field = FIELDS.get(name)
    if field is None:
        return random.choice(
            ["yes", "p", "1", "tags", "reply", "checks", "model", "exit-codes", "0.5"]
        )
    value = documents.setting(random, name, field.kind)
    return str(value[0] if isinstance(value, list) and value else value)


def _profile(number: int, random: Random) -> Case:
    files = {**_files(random), "config.toml": _spoilt(random, documents.profile(random), toml)}
    arguments: Sequence[str] = random.choice(
        [
            (*_ASK, "--profile", "p", "yes", *_LAST),
            (*_ASK, "yes", *_LAST),
            ("config", "show"),
            ("config", "show", "--profile", "p", "--json"),
            ("config", "validate"),
            ("config", "use", "p"),
            ("config", "set", random.choice(list(FIELDS)), random.choice(WORDS[:9])),
            ("doctor", "--provider", "mock"),
            ("check", "suite.toml", "--profile", "p", *_LAST),
        ]
    )
    files["suite.toml"] = (
        b'version = 1\n[[check]]\nname = "a"\nprompt = "yes"\nexpect = { contains = "y" }\n'
    )
    where = ("--config", "config.toml")
    end = 2 if arguments[0] == "config" else 1
    return Case(number, "profile", (*arguments[:end], *where, *arguments[end:]), files)


def _suite(number: int, random: Random) -> Case:
    files = _files(random)
    example = random.random() < 0.1
    if example:
        name = random.choice(["answers.toml", "smoke.toml"])
        text = (_EXAMPLES / name).read_bytes()
        files |= {one.name: one.read_bytes() for one in _EXAMPLES.iterdir() if one.is_file()}
        files["suite.toml"] = torn(random, text) if random.random() < 0.5 else text
    else:
        files["suite.toml"] = _spoilt(random, documents.suite(random, _EXAMPLES), toml)
    extra = random.choice(
        [(), (), ("--list",), ("--dry-run",), ("--report", "json=-"), ("-j", "3")]
    )
    asked: tuple[str, ...] = ("--provider", "mock") if example else ()
    if not re.search(rb"\btimeout = [1-9]", files["suite.toml"]):
        asked += ("--timeout", "1")  # a program may run for ever
    return Case(number, "suite", ("check", "suite.toml", *extra, *asked), files)


def _script(number: int, random: Random) -> Case:
    files = {**_files(random), "script.toml": _spoilt(random, documents.script(random), toml)}
    prompt = random.choice(["yes", "person", "many", "else"])
    extra = random.choice(
        [(), ("--stream",), ("--json",), ("--stream", "--json"), ("--output", "rich")]
    )
    arguments = (*_ASK, "--script", "script.toml", *extra, prompt, *_LAST)
    return Case(number, "script", arguments, files)


def _recording(number: int, random: Random) -> Case:
    document = documents.recording(random)
    files = {**_files(random), "recording.jsonl": _spoilt(random, document, _lines)}
    extra = random.choice([(), ("--stream",), ("--json",), ("--replay-timing", "recorded")])
    arguments = (*_ASK, "--replay", "recording.jsonl", *extra, "yes", *_LAST)
    return Case(number, "recording", arguments, files)


def _lines(documents_: Any) -> str:
    lines = documents_ if isinstance(documents_, list) else [documents_]
    return "".join(json_text(line) + "\n" for line in lines)


def _schema(number: int, random: Random) -> Case:
    files = _files(random)
    files["schema.json"] = _spoilt(random, documents.schema(random), json_text)
    answer = random.choice(['{"name": "Ada"}', "[1, 2, 2]", "7", "1e400", '"' + "a" * 40 + '!"'])
    rule = {"text": answer, "name": "all"}
    files["script.toml"] = toml({"version": 1, "time": "virtual", "rule": [rule]}).encode()
    inline = json_text("schema.json")
    files["suite.toml"] = (
        'version = 1\n[defaults]\nprovider = "mock"\nscript = "script.toml"\ntimeout = 1\n'
        f'[[check]]\nname = "a"\nprompt = "yes"\nexpect = {{ json_schema = {inline} }}\n'
    ).encode()
    return Case(number, "schema", ("check", "suite.toml"), files)
