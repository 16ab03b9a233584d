"""What can be expected of an answer as JSON, and of the tool calls in it."""

from collections.abc import Mapping
from typing import Any

from hello_llm.checks.assertions import json_path as paths
from hello_llm.checks.assertions.mismatch import Mismatch
from hello_llm.contract import LLMReply
from hello_llm.judge.excerpts import as_json, excerpt
from hello_llm.judge.json_document import NoJSONError, parse


def parses(wanted: bool, reply: LLMReply) -> Mismatch | None:
    """The answer is JSON, and nothing stands around it; or, with false, it is none."""
    try:
        parse(reply.text)
    except NoJSONError as error:
        return _no_json(reply, error) if wanted else None
    return None if wanted else Mismatch("no JSON", excerpt(reply.text))


def path_equals(wanted: Mapping[str, Any], reply: LLMReply) -> Mismatch | None:
    """The answer is JSON that has, at each of these paths, the value beside it."""
    try:
        document = parse(reply.text)
    except NoJSONError as error:
        return _no_json(reply, error)
    for path, value in wanted.items():
        expected = f"{as_json(value)} at {path}"
        try:
            got = paths.find(document, path)
        except paths.MissingError:
            return Mismatch(expected, f"nothing there: {excerpt(reply.text)}")
        if not paths.same(value, got):
            return Mismatch(expected, as_json(got))
    return None


def calls(wanted: Mapping[str, Any], reply: LLMReply) -> Mismatch | None:
    """The model asks for the tool of this ``name``, with at least these ``arguments``."""
    part = wanted.get("arguments", {})
    for call in reply.tool_calls:
        if call.name == wanted["name"] and _has(call.arguments, part):
            return None
    got = ", ".join(f"{call.name}({call.arguments})" for call in reply.tool_calls)
    return Mismatch(f"a call of {wanted['name']} with {as_json(part)}", excerpt(got or "no call"))


def _no_json(reply: LLMReply, error: NoJSONError) -> Mismatch:
    return Mismatch("JSON", f"{excerpt(reply.text)} ({error})")


def _has(arguments: str, part: Mapping[str, Any]) -> bool:
    try:
        return paths.holds(parse(arguments or "{}"), part)
    except NoJSONError:
        return False
