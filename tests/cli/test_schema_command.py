"""`schema`: the JSON Schemas, as they ship."""

import json

import jsonschema
import pytest

from hello_llm.cli.commands.schema import NAMES
from hello_llm.rendering.json.schemas import load_schema
from tests.cli.program import child


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_printed_as_it_ships_in_any_locale(name):
    ended = child("schema", name, LC_ALL="C", PYTHONIOENCODING="ascii")
    assert (ended.code, ended.stderr) == (0, "")
    printed = json.loads(ended.stdout)
    assert printed == load_schema(name)
    jsonschema.Draft202012Validator.check_schema(printed)
