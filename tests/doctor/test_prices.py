"""`doctor` and `check` warn of a model that retires and of an old price list."""

from datetime import timedelta

import pytest

from hello_llm.prices import aging
from hello_llm.prices.catalogue import Catalogue
from hello_llm.prices.price_list import RELEASED
from tests.cli.check.suites import asks
from tests.cli.program import program
from tests.doctor.examined import asking, examined
from tests.doctor.listing import listing

pytestmark = pytest.mark.in_process


@pytest.fixture
def retiring():
    """A listed model of OpenAI's that retires, and when."""
    models = Catalogue.installed().models(lambda name: name.startswith("openai/gpt"))
    return next((one.name, one.retires) for one in models if one.retires is not None)


def test_doctor_warns_of_both_and_the_call_is_healthy(monkeypatch, retiring):
    name, day = retiring
    monkeypatch.setattr(aging, "today", lambda: max(day, RELEASED[1] + timedelta(days=91)))
    with listing([name.removeprefix("openai/")]) as server:
        found = examined(*asking(server.base, name))
    assert (found.code, found.failures) == (0, {})
    assert found["retirement"]["status"] == found["prices"]["status"] == "warning"
    assert found["retirement"]["message"] == f"{name} was retired by its vendor on {day}"
    assert found["prices"]["message"].startswith(f"the price list is of {RELEASED[1]}, ")


def test_doctor_says_nothing_of_a_model_that_stays(monkeypatch):
    with listing(["tiny"]) as server:
        found = examined(*asking(server.base))
    assert not {"retirement", "prices"} & set(found.names)


def test_doctor_says_nothing_of_prices_where_nothing_is_paid(monkeypatch):
    monkeypatch.setattr(aging, "today", lambda: RELEASED[1] + timedelta(days=91))
    with listing({"models": [{"name": "tiny"}]}) as server:
        found = examined(*asking(server.base, "ollama/tiny"))
    assert "prices" not in found.names


def test_check_warns_once_for_each_model_and_the_mock_has_no_prices(
    monkeypatch, tmp_path, retiring, openai_server
):
    name, day = retiring
    monkeypatch.setattr(aging, "today", lambda: day - timedelta(days=1))
    suite = tmp_path / "s.toml"
    suite.write_text(f"version = 1\n[[check]]\n{asks('a')}\n[[check]]\n{asks('b')}\n")
    where = ("--api-base", f"{openai_server.url}/v1", "--model", name)
    asked = program("check", suite, *where)
    played = program("check", suite, "--provider", "mock", "--model", name)
    warning = f"warning: {name} retires on {day}, in 1 day\n"
    assert asked.stderr.count(warning) == 1
    assert "warning" not in played.stderr
