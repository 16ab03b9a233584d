"""The JSON Schemas that ship with the package."""

from dataclasses import fields
from typing import Any, get_args

import jsonschema
import pytest

from hello_llm.contract import ExitCode, FinishReason, Usage
from hello_llm.contract.diagnosis import Diagnosis, DiagnosisName, Status
from hello_llm.contract.model_facts import CAPABILITIES
from hello_llm.prices.model import Source
from hello_llm.rendering.json.schemas import SchemaName, load_schema

FAILURES = [code.name for code in ExitCode if code is not ExitCode.OK]


@pytest.mark.parametrize("name", get_args(SchemaName))
def test_each_schema_is_a_valid_one(name):
    jsonschema.Draft202012Validator.check_schema(load_schema(name))


def test_the_schemas_know_each_exit_code_and_no_other():
    properties = load_schema("reply")["properties"]
    assert properties["error"]["properties"]["code"]["enum"] == FAILURES
    assert properties["exit_code"]["enum"] == [int(code) for code in ExitCode]
    retry = load_schema("events")["$defs"]["retry"]
    assert retry["properties"]["code"]["enum"] == FAILURES


def test_the_schema_of_doctor_knows_each_exit_code_and_each_finding():
    properties = load_schema("doctor")["properties"]
    assert properties["exit_code"]["enum"] == [int(code) for code in ExitCode]
    finding = properties["findings"]["items"]["properties"]
    assert finding["code"]["enum"] == [*FAILURES, None]
    assert finding["name"]["enum"] == list(get_args(DiagnosisName))
    assert finding["status"]["enum"] == list(get_args(Status))
    assert list(finding) == [field.name for field in fields(Diagnosis)]


def test_the_schema_knows_each_finish_reason_and_each_figure_of_the_usage():
    properties = load_schema("reply")["properties"]
    assert properties["finish_reason"]["enum"] == [*get_args(FinishReason), None]
    told = [field.name for field in fields(Usage) if field.name != "usd_nanos"]
    assert properties["usage"]["required"] == told


def test_the_schema_of_models_knows_each_ability_source_and_exit_code():
    properties = load_schema("models")["properties"]
    assert properties["exit_code"]["enum"] == [int(code) for code in ExitCode]
    assert properties["error"]["properties"]["code"]["enum"] == FAILURES
    model = properties["models"]["items"]["properties"]
    assert model["can"]["required"] == list(CAPABILITIES)
    assert model["sources"]["items"]["enum"] == list(get_args(Source))


def test_the_schema_of_the_events_holds_that_of_the_reply():
    reply = load_schema("reply")
    del reply["$schema"]
    assert load_schema("events")["$defs"]["reply"] == reply


def _objects(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [found for part in schema for found in _objects(part)]
    if not isinstance(schema, dict):
        return []
    inner = [found for part in schema.values() for found in _objects(part)]
    return [schema, *inner] if "object" in schema.get("type", ()) else inner


@pytest.mark.parametrize("name", get_args(SchemaName))
def test_every_key_is_required_and_unknown_ones_are_allowed(name):
    objects = _objects(load_schema(name))
    assert objects
    for found in objects:
        assert found["required"] == list(found["properties"])
        assert "additionalProperties" not in found
