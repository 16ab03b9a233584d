"""All that is known of one model is a line for each fact; what nobody says is "unknown"."""

from hello_llm.prices.catalogue import Catalogue
from hello_llm.rendering.models.details import write_model
from tests.rendering.models.samples import KNOWN, UNKNOWN
from tests.rendering.screens import Pipes


def written(model):
    pipes = Pipes()
    write_model(model, pipes.terminal)
    return [tuple(line.split("  ", 1)) for line in pipes.stdout.decode().splitlines()]


def facts(model):
    return {name: value.strip() for name, value in written(model)}


def test_every_price_is_shown_with_its_condition():
    assert facts(KNOWN) == {
        "model": "vendor/a-model-with-a-long-name:70b-instruct-2026-01-02",
        "known to": "list and configuration",
        "API": "chat",
        "context": "1,048,576 tokens",
        "reply": "65,536 tokens",
        "vision": "yes",
        "pdf": "no",
        "audio": "no",
        "tools": "unknown",
        "schema": "no",
        "reasoning": "no",
        "retires": "2027-02-03",
        "prices from": "LiteLLM's list of 2026-10-21",
        "input": "$1234.50 for a million tokens",
        "input, above 200,000 tokens, priority": "$2469.00 for a million tokens",
        "cached input": "$0.0625 for a million tokens",
        "output": "$12345.67 for a million tokens",
        "each call": "$0.005",
        "each search": "at most $0.01",
        "by region": "up to 1.1 times these prices",
    }


def test_what_nobody_says_is_unknown():
    shown = facts(UNKNOWN)
    assert shown.pop("model") == "vendor/b"
    assert shown.pop("known to") == "list"
    assert set(shown.values()) == {"unknown"}


def test_a_server_of_ones_own_costs_nothing():
    shown = facts(Catalogue({}).find("ollama/x"))
    assert shown["prices from"] == "a server of your own costs nothing"
    assert shown["output"] == "$0.00 for a million tokens"
