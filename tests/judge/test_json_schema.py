"""A JSON Schema stands on its own: nothing is fetched for it, and no document breaks it."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hello_llm.judge.json_schema import BadSchemaError, Schema

TREE = {
    "$defs": {"node": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
    "$ref": "#/$defs/node",
}
ENDLESS = {"$ref": "#"}


def reason(schema):
    with pytest.raises(BadSchemaError) as raised:
        Schema(schema).validate()
    return raised.value.reason


def test_what_it_defines_it_may_refer_to():
    Schema(TREE).validate()
    assert Schema(TREE).shortfall([[], [[]]]) is None
    told = Schema(TREE).shortfall([[], [3]])
    assert told == "at $[1][0]: 3 is not of type 'array'"


def test_its_own_name_is_its_base():
    schema = {
        "$id": "https://example.com/tree",
        "$defs": {
            "n": {"type": "integer"},
            "inner": {
                "$id": "inner/",
                "$defs": {"m": {"$anchor": "m", "type": "integer"}},
                "$ref": "#m",
            },
        },
        "properties": {"a": {"$ref": "tree#/$defs/n"}, "b": {"$ref": "inner/"}},
    }
    Schema(schema).validate()
    assert Schema(schema).shortfall({"a": "b"}) == "at $.a: 'b' is not of type 'integer'"
    assert Schema(schema).shortfall({"b": "c"}) == "at $.b: 'c' is not of type 'integer'"


@pytest.mark.parametrize(
    "reference",
    [
        "https://example.com/schema",
        "http://127.0.0.1:9/s",
        "http://[::1",
        "file:///etc/passwd",
        "#/$defs/absent",
        "#/type/foo",
        "#/$defs/a/type/0",
        "#/$defs/a/minimum/0",
        "#absent",
        "%%%",
    ],
)
@pytest.mark.parametrize("keyword", ["$ref", "$dynamicRef"])
def test_what_is_not_in_it_is_no_schema_and_is_not_fetched(keyword, reference):
    schema = {
        "type": "object",
        "$defs": {"a": {"type": "integer", "minimum": 1}},
        "properties": {"a": {keyword: reference}},
    }
    told = reason(schema)
    assert told == f"refers to {reference}, which is not in it" or told.startswith("is not a JSON")


def test_what_is_referred_to_by_what_is_referred_to_is_looked_at_too():
    schema = {
        "$ref": "#/default",
        "default": {"items": {"$ref": "#/x-mine"}},
        "x-mine": {"type": 5},
    }
    assert reason(schema).startswith("is not a JSON Schema: 5 is not valid")
    assert reason({"$ref": "#/x", "x": 5}).startswith("is not a JSON Schema: 5 is not of type")
    assert reason({"$ref": "#/x", "x": {"$ref": "#/y"}}) == "refers to #/y, which is not in it"


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"$schema": 5}, "is not a JSON Schema: $schema must be an address, not 5"),
        ({"$schema": []}, "is not a JSON Schema: $schema must be an address, not []"),
        (
            {"$id": "http://a/", "$defs": {"a": {"$id": "http://[::1"}}},
            "cannot be used: Invalid IPv6 URL",
        ),
        ({"properties": {"a": 5}}, "is not a JSON Schema: 5 is not of type 'object', 'boolean'"),
        ({"items": [1]}, "is not a JSON Schema: [1] is not of type 'object', 'boolean'"),
        ({"pattern": "("}, "is not a JSON Schema: '(' is not a 'regex'"),
        ({"pattern": "a{99999999999999999999}"}, "is not a JSON Schema: the repetition number is"),
        ({"patternProperties": {"[": {}}}, "is not a JSON Schema: '[' is not a 'regex'"),
        ({"multipleOf": 0}, "is not a JSON Schema: 0 is less than or equal to the minimum of 0"),
        (ENDLESS, "cannot be used: it refers to itself endlessly"),
        (
            {"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"anyOf": [{"$ref": "#"}]}}},
            "cannot be used: it refers to itself endlessly",
        ),
    ],
)
def test_what_is_wrong_with_it_is_told_before_any_answer(schema, told):
    assert reason(schema).startswith(told)


def test_a_value_that_only_looks_like_a_reference_is_none():
    schema = {"const": {"$ref": "https://example.com/schema"}}
    Schema(schema).validate()
    assert Schema(schema).shortfall({"$ref": "https://example.com/schema"}) is None


@pytest.mark.parametrize("name", ["$ref", "$id", "id", "$schema", "$anchor", "const"])
def test_a_member_may_be_called_like_a_keyword(name):
    Schema({"properties": {name: {"type": "string"}}}).validate()


@pytest.mark.parametrize("schema", [ENDLESS, TREE], ids=["endless", "deep"])
def test_what_is_endless_or_too_deep_is_a_shortfall(schema):
    deep = json.loads("[" * 400 + "]" * 400)
    assert Schema(schema).shortfall(deep) == "it is nested too deeply, or the schema is endless"


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"multipleOf": 2}, "1e999"),
        ({"multipleOf": 0.5}, "-1e999"),
        ({"multipleOf": 0.1}, "9" * 4000),
        ({"maximum": 1}, "1e999"),
        ({"multipleOf": 2}, "9" * 5000),
        ({"type": "object"}, "[" * 100_000),
        ({"items": {"type": "object"}}, "[" * 200 + "]" * 200),
        ({"uniqueItems": True}, "[[1], {}, [1]]"),
    ],
)
def test_no_document_breaks_it(schema, text):
    assert Schema(schema).judge(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
KEYWORDS = st.sampled_from(
    """$ref $dynamicRef $id $schema $anchor $defs type enum const allOf anyOf oneOf not if then else
    properties patternProperties additionalProperties propertyNames items prefixItems contains
    uniqueItems multipleOf maximum minLength pattern required dependentSchemas format
    unevaluatedProperties unevaluatedItems""".split()
)
VALUES = JSON | st.sampled_from(["#", "#/a", "http://[::1", "integer", "(", "(a+)+$", {}, [], True])
SCHEMAS = st.dictionaries(
    KEYWORDS,
    st.recursive(
        VALUES,
        lambda inner: st.dictionaries(KEYWORDS | st.text(), inner) | st.lists(inner),
        max_leaves=8,
    ),
    max_size=5,
)


@settings(max_examples=300, deadline=None)
@given(SCHEMAS, JSON)
def test_any_schema_is_told_to_be_bad_or_judges_any_document(schema, document):
    with suppress(BadSchemaError):
        schema = Schema(schema)
        schema.validate()
        assert schema.judge(json.dumps(document)) != ""
