"""Valid files of each kind, made from the tables that the program reads them by."""

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from hello_llm.checks.assertions.table import ASSERTIONS
from hello_llm.checks.suite_keys import CHECK_KEYS, DEFAULT_KEYS, KINDS
from hello_llm.providers.mock.faults import FAULTS
from hello_llm.providers.mock.script_keys import FAULT, MATCH, REPLY
from hello_llm.recording import Exchange
from hello_llm.recording.document import to_document
from hello_llm.settings.fields import FIELDS
from hello_llm.toml_file.checker import Checked
from tests.fuzz.values import Raw, Table, fitting
from tests.recording import samples

Data = dict[str, Any]

SECONDS = (0.2, 0.5, 1)
"""No case may wait for long because it was asked to."""
_ANSWERS = (
    "yes",
    "heads",
    "a" * 40 + "b",
    '{"name": "Ada", "a": [1, 2]}',
    "[1, 1e400]",
    "x" * 5000,
)
_MODELS = ("mock/echo", "openai/tiny", "ollama/a:b")
_UNBOUNDED = {"proxy", "ca_file", "warm", "api_base", "provider", "script", "fallback", "profile"}
_STALLS = {"headers-then-stall", "stall-mid", "keepalive-forever", "drip.for-ever", "drip"}


def profile(random: Random) -> Data:
    """Return a configuration file."""
    data: Data = {"version": 1, "profiles": Table()}
    if random.random() < 0.5:
        data["defaults"] = Table(_settings(random))
    data["profiles"]["p"] = Table(_settings(random), provider="mock")
    if random.random() < 0.3:
        data["default_profile"] = "p"
    return data


def _settings(random: Random) -> Data:
    keys = [key for key in FIELDS if key not in _UNBOUNDED]
    chosen = random.sample(keys, random.randint(0, 6))
    return {key: setting(random, key, FIELDS[key].kind) for key in chosen}


def setting(random: Random, key: str, kind: Checked) -> Any:
    """Return a value for the setting `key`."""
    if key.endswith("timeout"):
        return random.choice(SECONDS)
    if key in {"max_wait", "retries"}:
        return random.choice([0, 1])
    if key in {"model", "models"}:
        return random.choice(_MODELS) if key == "model" else random.sample(_MODELS, 2)
    choices = getattr(getattr(kind, "kind", kind), "choices", ())
    return fitting(random, kind.check, choices)


def suite(random: Random, folder: Path) -> Data:
    """Return a suite, whose files are in `folder`."""
    defaults = Table(timeout=1, retries=0, provider="mock", script="script.toml")
    allowed = [
        key for key in DEFAULT_KEYS if key not in _UNBOUNDED | {"retries", "timeout", "pass"}
    ]
    for key in random.sample(allowed, random.randint(0, 3)):
        defaults[key] = _suite_value(random, key)
    checks = [_check(random, number, folder) for number in range(random.randint(1, 4))]
    return {"version": 1, "defaults": defaults, "check": checks}


def _check(random: Random, number: int, folder: Path) -> Table:
    check = Table(name=f"check {number}")
    ask = random.choice(["prompt", "prompt", "messages", "prompt_file"])
    check[ask] = {
        "prompt": random.choice(["yes", "person", "many"]),
        "messages": [{"role": "user", "content": "yes"}],
        "prompt_file": "question.txt",
    }[ask]
    given = {"name", "expect", "prompt", "prompt_file", "messages", "pass", "timeout", "retries"}
    allowed = [key for key in CHECK_KEYS if key not in _UNBOUNDED | given]
    for key in random.sample(allowed, random.randint(0, 2)):
        check[key] = _suite_value(random, key)
    names = random.sample(list(ASSERTIONS), random.randint(1, 3))
    check["expect"] = {name: _expected(random, name, folder) for name in names}
    if "expect_error" in check:
        del check["expect"]
    return check


def _suite_value(random: Random, key: str) -> Any:
    if key == "repeat":
        return random.choice([1, 2, 3])
    return setting(random, key, KINDS[key])


def _expected(random: Random, name: str, folder: Path) -> Any:
    def check(value: object) -> object:
        return ASSERTIONS[name].read(value, folder)

    also: tuple[Any, ...] = ("stop", "length", "tool_calls")
    if "schema" in name:
        also = ("schema.json", schema(random), schema(random))
    if name == "exec":
        return random.choice([["true"], ["cat"], ["sh", "-c", "exit 3"], ["yes"], ["sleep", "30"]])
    return fitting(random, check, also)


def script(random: Random) -> Data:
    """Return a script of the mock."""
    rules = [Table(name=name, contains=name) for name in ("yes", "person", "many")]
    rules.append(Table(name="rest", optional=True))
    for rule in rules:
        rule["optional"] = True
        if random.random() < 0.3:
            rule["replies"] = [_reply(random) for _ in range(random.randint(1, 3))]
            rule["then"] = random.choice(["repeat", "error"])
        else:
            rule.update(_reply(random))
    for rule in random.sample(rules, 1):
        key = random.choice(list(MATCH))
        if key not in {"name", "optional", "then"}:
            rule[key] = fitting(random, MATCH[key].check, ("yes|no", "*"))
    return {"version": 1, "time": random.choice(["virtual", "virtual", "real"]), "rule": rules}


def _reply(random: Random) -> Data:
    reply: Data = {"text": random.choice(_ANSWERS)}
    faulty = random.random() < 0.2
    quick = [name for name in FAULTS if name not in _STALLS]
    for key in random.sample(list(REPLY), 2):
        if key in FAULT or key in {"text", "chunks", "fault"}:
            continue
        checked = REPLY[key].check
        delays = key == "chunk_delay"
        choices = ("stop", "length", "tool_calls", "content_filter")
        reply[key] = random.choice([0, 0.01]) if delays else fitting(random, checked, choices)
    if faulty:
        reply["fault"] = random.choice(quick if random.random() < 0.95 else sorted(_STALLS))
        reply.pop("text")
    return reply


def recording(random: Random) -> list[Data]:
    """Return the lines of a recording."""
    kinds = [one for one in vars(samples).values() if isinstance(one, Exchange)]
    lines = [to_document(random.choice(kinds)) for _ in range(random.randint(1, 3))]
    for line in lines:
        line["request"] = {"model": "mock/echo", "messages": [{"role": "user", "content": "yes"}]}
        line["request"]["params"] = {}
    return lines


_KEYWORDS: Mapping[str, tuple[Any, ...]] = {
    "type": ("object", "array", "string", "number", ["integer", "null"], "foo", 5),
    "properties": ({"a": True}, {"name": {"$ref": "#"}}, {"a": {"type": "array"}}, []),
    "required": (["name"], ["a", "a"], "name", [1]),
    "items": ({"$ref": "#"}, True, [{}, {}], 3),
    "pattern": ("^(a+)+$", "(", "^A", "\\p{L}", "(?<n>a)"),
    "$ref": (
        "#",
        "#/$defs/a",
        "#/type/foo",
        "http://127.0.0.1:9/x",
        "file:///dev/zero",
        "",
        7,
        "#x",
    ),
    "$defs": ({"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, {"a": {}}),
    "$schema": (
        *(
            "https://json-schema.org/draft/2020-12/schema",
            "http://json-schema.org/draft-04/schema#",
        ),
        *(5, "x", "http://127.0.0.1:9/"),
    ),
    "$id": ("x", "http://[", 5, "urn:a"),
    "$dynamicRef": ("#a", "#", 0),
    "$anchor": ("a", "#", 1),
    "multipleOf": (0.1, 0, 3, 1e-300, Raw("1e999"), -1),
    "uniqueItems": (True, "x"),
    "minimum": (0, Raw("1e999"), "a"),
    "maxLength": (0, 10**30, -1, 1.5),
    "enum": ([1, "Ada"], [], 5, [{"a": 1}]),
    "const": (None, {"a": [1]}, Raw("1e400")),
    "allOf": ([{"$ref": "#"}], [True, False], [], {}),
    "anyOf": ([{"allOf": [{}] * 40}] * 20, [{"type": "object"}]),
    "not": ({}, {"not": {"not": {}}}, 1),
    "if": ({"type": "object"}, 0),
    "format": ("date", "ipv6", "uri", "regex", "x", 5),
    "contains": ({"const": 1}, []),
    "patternProperties": ({"^(a|a)*$": True}, {"(": {}}),
    "dependentRequired": ({"a": ["b"]}, {"a": 5}),
    "unevaluatedProperties": (False, {"$ref": "#"}),
    "propertyNames": ({"pattern": "^[a-z]+$"}, 5),
}


def schema(random: Random) -> Data:
    """Return a JSON Schema, mostly right."""
    for _ in range(6):
        keys = random.sample(list(_KEYWORDS), random.randint(1, 4))
        made = {key: random.choice(_KEYWORDS[key]) for key in keys}
        if _is_schema(made):
            break
    return made


def _is_schema(made: Data) -> bool:
    from jsonschema import Draft202012Validator

    given = {key: 1e300 if isinstance(value, Raw) else value for key, value in made.items()}
    return bool(Draft202012Validator(Draft202012Validator.META_SCHEMA).is_valid(given))
