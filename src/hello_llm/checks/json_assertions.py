"""What can be expected of an answer as JSON, and of the tool calls in it."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hello_llm.checks import json_path as paths
from hello_llm.checks.evidence import Evidence, Shortfall, as_json, excerpt

if TYPE_CHECKING:
    from hello_llm.checks.json_schema import Schema


def parses(wanted: bool, evidence: Evidence) -> Shortfall | None:
    """The answer is JSON, and nothing stands around it; or, with false, it is none."""
    try:
        _document(evidence.text)
    except ValueError as error:
        return _no_json(evidence, error) if wanted else None
    return None if wanted else Shortfall("no JSON", excerpt(evidence.text))


def path_equals(wanted: Mapping[str, Any], evidence: Evidence) -> Shortfall | None:
    """The answer is JSON that has, at each of these paths, the value beside it."""
    try:
        document = _document(evidence.text)
    except ValueError as error:
        return _no_json(evidence, error)
    for path, value in wanted.items():
        expected = f"{as_json(value)} at {path}"
        try:
            got = paths.find(document, path)
        except paths.MissingError:
            return Shortfall(expected, f"nothing there: {excerpt(evidence.text)}")
        if not paths.same(value, got):
            return Shortfall(expected, as_json(got))
    return None


def satisfies(schema: "Schema", evidence: Evidence) -> Shortfall | None:
    """The answer is JSON that satisfies this JSON Schema."""
    try:
        document = _document(evidence.text)
    except ValueError as error:
        return _no_json(evidence, error)
    shortfall = schema.shortfall(document)
    return None if shortfall is None else Shortfall("what the schema allows", excerpt(shortfall))


def calls(wanted: Mapping[str, Any], evidence: Evidence) -> Shortfall | None:
    """The model asks for the tool of this ``name``, with at least these ``arguments``."""
    part = wanted.get("arguments", {})
    for call in evidence.reply.tool_calls:
        if call.name == wanted["name"] and _has(call.arguments, part):
            return None
    got = ", ".join(f"{call.name}({call.arguments})" for call in evidence.reply.tool_calls)
    return Shortfall(f"a call of {wanted['name']} with {as_json(part)}", excerpt(got or "no call"))


def _no_json(evidence: Evidence, error: ValueError) -> Shortfall:
    return Shortfall("JSON", f"{excerpt(evidence.text)} ({error})")


def _has(arguments: str, part: Mapping[str, Any]) -> bool:
    try:
        return paths.holds(_document(arguments or "{}"), part)
    except ValueError:
        return False


def _document(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON in `text`.

    Raises:
        ValueError: it is none.
    """
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
