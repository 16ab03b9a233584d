"""The server beside Ollama, as in the example: it has no rights, and nothing is published twice."""

import pytest
import yaml

from tests.architecture.sources import ROOT

_EXAMPLE = ROOT / "docs" / "examples" / "container"
_SERVICES = yaml.safe_load((_EXAMPLE / "compose.yaml").read_text(encoding="utf-8"))["services"]


@pytest.mark.parametrize("service", _SERVICES.values(), ids=list(_SERVICES))
def test_no_service_has_rights(service):
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


def test_only_the_server_is_published_and_only_on_this_machine():
    published = {name: one["ports"] for name, one in _SERVICES.items() if "ports" in one}
    assert published == {"hello-llm": ["127.0.0.1:8642:8642"]}


def test_the_token_has_no_default():
    token = _SERVICES["hello-llm"]["environment"]["HELLO_LLM_TOKEN"]
    assert token.startswith("${HELLO_LLM_TOKEN:?")


def test_the_image_of_ollama_has_a_version(ollama_image: str):
    images = {one["image"] for name, one in _SERVICES.items() if name != "hello-llm"}
    assert images == {ollama_image}
