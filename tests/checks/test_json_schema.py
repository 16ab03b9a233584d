"""A JSON Schema stands on its own: nothing is fetched for it, and no document breaks it."""

import json
from datetime import date

import pytest

from hello_llm.checks.json_schema import Schema
from hello_llm.settings.kinds import UnfitError

TREE = {
    "$defs": {"node": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
    "$ref": "#/$defs/node",
}


def reason(schema):
    with pytest.raises(UnfitError) as raised:
        Schema(schema)
    return raised.value.reason


def test_what_it_defines_it_may_refer_to():
    assert Schema(TREE).shortfall([[], [[]]]) is None
    told = Schema(TREE).shortfall([[], [3]])
    assert told == "at $[1][0]: 3 is not of type 'array'"


def test_its_own_name_is_its_base():
    schema = {
        "$id": "https://example.com/tree",
        "$defs": {"n": {"type": "integer"}},
        "properties": {"a": {"$ref": "tree#/$defs/n"}},
    }
    assert Schema(schema).shortfall({"a": "b"}) == "at $.a: 'b' is not of type 'integer'"


@pytest.mark.parametrize(
    "reference",
    ["https://example.com/schema", "http://127.0.0.1:9/s", "file:///etc/passwd", "#/$defs/absent"],
)
def test_what_is_not_in_it_is_no_schema_and_is_not_fetched(reference):
    told = reason({"properties": {"a": {"$ref": reference}}})
    assert told == f"refers to {reference}, which is not in it"


def test_a_value_that_only_looks_like_a_reference_is_none():
    schema = {"const": {"$ref": "https://example.com/schema"}}
    assert Schema(schema).shortfall({"$ref": "https://example.com/schema"}) is None


def test_a_pattern_that_is_no_expression_is_told_at_once():
    assert reason({"pattern": "("}).startswith("is no JSON Schema: ")


def test_a_date_of_toml_is_no_json():
    assert reason({"const": date(2026, 1, 1)}).startswith("is no JSON Schema: ")


@pytest.mark.parametrize("schema", [{"$ref": "#"}, TREE], ids=["endless", "deep"])
def test_what_is_endless_or_too_deep_is_a_shortfall(schema):
    deep = json.loads("[" * 400 + "]" * 400)
    assert Schema(schema).shortfall(deep) == "it is nested too deeply, or the schema is endless"


@pytest.mark.parametrize("text", ["[]", "3", "{", "\ud800"])
def test_a_file_that_holds_none_is_told(tmp_path, text):
    path = tmp_path / "schema.json"
    path.write_text(text, errors="surrogatepass")
    with pytest.raises(UnfitError, match=r"^names a file that (is no JSON|holds no JSON Schema): "):
        Schema.read(path)
