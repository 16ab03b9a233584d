"""The format of a recording, both ways."""

import copy
import hashlib
import json
from dataclasses import replace
from functools import reduce
from operator import getitem

import pytest

from hello_llm.contract import ChatRequest, ExitCode, HelloLLMError, Params
from hello_llm.recording.document import from_document, request_hash, to_document
from hello_llm.recording.exchange import RecordedError
from tests.fuzz.values import HOSTILE, Raw
from tests.recording.samples import COMPLETE, CUT, FAILED, REQUEST, asking


@pytest.mark.parametrize("exchange", [COMPLETE, FAILED, CUT], ids=lambda each: each.outcome)
def test_an_exchange_is_the_same_after_json(exchange):
    document = json.loads(json.dumps(to_document(exchange)))
    assert from_document(document) == exchange


def test_keys_that_nobody_knows_are_passed_over():
    document = json.loads(json.dumps(to_document(COMPLETE)))
    document["new"] = document["reply"]["new"] = document["reply"]["usage"]["new"] = 1
    document["request"]["messages"][0]["new"] = document["events"][1]["new"] = 1
    assert from_document(document) == COMPLETE


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "lost"},
        {"reply": None},
        {"events": [{"at_ms": 1, "event": "song"}]},
        {"events": [{"at_ms": 1, "event": "delta", "text": 5}]},
        {"ended_ms": None},
        {"request": {"model": 5, "messages": [], "params": {}}},
    ],
)
def test_a_document_that_is_no_exchange_is_refused(change):
    with pytest.raises(ValueError, match=r"."):
        from_document(to_document(COMPLETE) | change)


def _places(value, *way):
    """Yield the way to each value in `value`."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, below in items if isinstance(value, dict | list) else ():
        yield (*way, key)
        yield from _places(below, *way, key) if isinstance(below, dict | list) else ()


@pytest.mark.parametrize("exchange", [COMPLETE, FAILED, CUT], ids=lambda each: each.outcome)
def test_a_value_of_another_type_is_refused_or_survives_a_round_trip(exchange):
    document = json.loads(json.dumps(to_document(exchange)))
    refused = 0
    for *way, key in list(_places(document)):
        for value in (*HOSTILE, 7, 0.5, True, "yes", [5], {"a": "b"}):
            if isinstance(value, Raw):
                continue
            changed = copy.deepcopy(document)
            reduce(getitem, way, changed)[key] = value
            try:
                read = from_document(changed)
            except ValueError:
                refused += 1
            else:
                written = to_document(read)
                assert to_document(from_document(json.loads(json.dumps(written)))) == written
    assert refused > 1000


def test_the_hash_is_that_of_the_canonical_request():
    messages = '[{"content":"h\\u00e9","role":"user"}]'
    canonical = f'{{"messages":{messages},"model":"openai/tiny","params":{{"temperature":0}}}}'
    expected = hashlib.sha256(canonical.encode()).hexdigest()
    assert request_hash(asking("hé", temperature=0.0)) == expected
    assert request_hash(asking("hé", temperature=0)) == expected


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, model="openai/other"),
        replace(REQUEST, messages=REQUEST.messages[1:]),
        replace(REQUEST, params=Params()),
        ChatRequest.from_prompt("hi"),
    ],
)
def test_another_request_has_another_hash(other):
    assert request_hash(other) != request_hash(REQUEST)


@pytest.mark.parametrize("code", set(ExitCode) - {ExitCode.OK})
def test_an_error_of_every_exit_code_can_be_raised_again(code):
    error = RecordedError(code, "it failed", "wait", 500, transient=True, retry_after_s=1.0).error()
    assert isinstance(error, HelloLLMError)
    assert RecordedError.of(error) == RecordedError(code, "it failed", "wait", 500, True, 1.0)
