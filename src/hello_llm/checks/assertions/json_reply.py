"""Assertions about an answer as JSON, and about its tool calls."""

from collections.abc import Mapping
from typing import Any

from hello_llm.checks.assertions import json_path as paths
from hello_llm.checks.assertions.mismatch import Mismatch
from hello_llm.contract import LLMReply
from hello_llm.judge.excerpts import as_json, excerpt
from hello_llm.judge.json_document import NoJSONError, parse


def parses(wanted: bool, reply: LLMReply) -> Mismatch | None:
    """The answer is JSON with nothing around it; with ``false``, it is not."""
    try:
        parse(reply.text)
    except NoJSONError as error:
        return _no_json("json", reply, error) if wanted else None
    return None if wanted else Mismatch("json", "no JSON", excerpt(reply.text))


def path_equals(wanted: Mapping[str, Any], reply: LLMReply) -> Mismatch | None:
    """The answer is JSON with these values at these paths."""
    try:
        document = parse(reply.text)
    except NoJSONError as error:
        return _no_json("json_path", reply, error)
    for path, value in wanted.items():
        expected = f"{as_json(value)} at {path}"
        try:
            got = paths.find(document, path)
        except paths.MissingError:
            return Mismatch("json_path", expected, f"nothing there: {excerpt(reply.text)}")
        if not paths.same(value, got):
            return Mismatch("json_path", expected, as_json(got))
    return None


def calls(wanted: Mapping[str, Any], reply: LLMReply) -> Mismatch | None:
    """The model calls the tool with this ``name`` and at least these ``arguments``."""
    part = wanted.get("arguments", {})
    for call in reply.tool_calls:
        if call.name == wanted["name"] and _has(call.arguments, part):
            return None
    got = ", ".join(f"{call.name}({call.arguments})" for call in reply.tool_calls)
    expected = f"a call to {wanted['name']} with {as_json(part)}"
    return Mismatch("tool_call", expected, excerpt(got or "no call"))


def _no_json(name: str, reply: LLMReply, error: NoJSONError) -> Mismatch:
    return Mismatch(name, "JSON", f"{excerpt(reply.text)} ({error})")


def _has(arguments: str, part: Mapping[str, Any]) -> bool:
    try:
        return paths.holds(parse(arguments or "{}"), part)
    except NoJSONError:
        return False
