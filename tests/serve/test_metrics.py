"""The metrics, as Prometheus reads them."""

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.serve.running import Running, serving

CONFIG = """version = 1

[profiles."odd \\"name\\\\"]
provider = "mock"
"""
NAME = 'odd "name\\'


@pytest.fixture(scope="module")
def busy(script):
    flags = ("--script", str(script), "--allow", "mock/*", "--retries", "0")
    with serving(*flags, config=CONFIG) as running:
        client = running.client()
        for model in (NAME, "mock/a", "mock/b"):
            for prompt in ("hi", "slow", "tool"):
                asked = [{"role": "user", "content": prompt}]
                client.chat.completions.create(model=model, messages=asked)
                list(client.chat.completions.create(model=model, messages=asked, stream=True))
        for path in ("/healthz", "/nothing", "/nothing/else"):
            httpx.get(running.url + path)
        yield running


def samples(running: Running):
    answer = httpx.get(f"{running.url}/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (one.name, *sorted(one.labels.items())): one.value
        for family in text_string_to_metric_families(answer.text)
        for one in family.samples
    }


def test_calls_are_counted_by_the_name_that_is_served(busy: Running):
    found = samples(busy)
    ok = ("code", "OK")
    assert found["hello_llm_calls_total", ok, ("model", NAME)] == 6
    assert found["hello_llm_calls_total", ok, ("model", "mock/*")] == 12
    assert found["hello_llm_calls_running",] == 0


def test_times_are_histograms(busy: Running):
    found = samples(busy)
    of = ("model", "mock/*")
    assert found["hello_llm_call_seconds_bucket", ("le", "+Inf"), of] == 12
    assert found["hello_llm_call_seconds_count", of] == 12
    assert found["hello_llm_call_seconds_bucket", ("le", "0.1"), of] < 12
    assert found["hello_llm_first_token_seconds_count", of] == 6


def test_requests_are_counted_without_what_clients_make_up(busy: Running):
    found = samples(busy)
    assert found["hello_llm_requests_total", ("route", "/healthz"), ("status", "200")] == 1
    assert found["hello_llm_requests_total", ("route", "other"), ("status", "404")] == 2
    assert not [name for name in found if "nothing" in str(name)]


def test_tokens_and_costs_add_up(busy: Running):
    found = samples(busy)
    of = ("model", "mock/*")
    assert found["hello_llm_tokens_total", ("direction", "out"), of] > 0
    assert found["hello_llm_cost_usd_total", of] == 0
