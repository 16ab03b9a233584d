"""Statuses, headers and error objects are those of the names."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from tests.faults.asking import port_of, post
from tests.faults.catalogue import BY_ID
from tests.faults.protocols import PROTOCOLS
from tests.faults.stage import staged
from tests.faults.status import FAULTS

PASSING = ("429-then-ok", "500-then-ok", "429-http-date")
FAILING = [fault for fault in FAULTS if fault.name[:3].isdigit() and fault.name not in PASSING]


@pytest.mark.parametrize(
    ("fault", "protocol"), [(fault, name) for fault in FAILING for name in fault.protocols]
)
def test_a_fault_named_for_its_status_sends_it_each_time(client, fault, protocol):
    with staged(fault, protocol) as stage:
        statuses = [post(client, stage, protocol).status_code for _ in range(2)]
    assert statuses == [int(fault.name[:3])] * 2


@pytest.mark.parametrize("name", PASSING)
def test_a_fault_that_passes_is_followed_by_a_reply(client, name):
    with staged(BY_ID[name], "openai") as stage:
        statuses = [post(client, stage).status_code for _ in range(4)]
        assert stage.server is not None
        assert stage.server.attempts == 4
    assert statuses == [int(name[:3]), 200] * 2


def test_retry_after_is_a_number_a_date_or_garbage(client):
    def headers(name, count=1):
        with staged(BY_ID[name], "openai") as stage:
            return [post(client, stage).headers.get("retry-after") for _ in range(count)]

    assert headers("429-then-ok", 2) == ["1", None]
    assert headers("429-retry-after-3600") == ["3600"]
    assert headers("429-forever") == [None]
    assert headers("429-garbage", 4) == ["soon", "-5", "NaN", "1e309"]
    ahead = parsedate_to_datetime(headers("429-http-date")[0]) - datetime.now(UTC)
    assert timedelta(seconds=1) < ahead <= timedelta(seconds=3)


def test_each_vendor_says_in_its_own_words_that_a_model_is_not_there(client):
    said = {}
    for protocol in BY_ID["404-model"].protocols:
        with staged(BY_ID["404-model"], protocol) as stage:
            said[protocol] = post(client, stage, protocol).json()
    assert said["openai"]["error"]["code"] == "model_not_found"
    assert said["anthropic"]["error"] == {"type": "not_found_error", "message": "model: m"}
    assert said["ollama"] == {"error": "model 'm' not found"}
    assert said["gemini"]["error"]["status"] == "NOT_FOUND"


@pytest.mark.parametrize("name", ["413", "502-html"])
def test_some_errors_are_pages(client, name):
    with staged(BY_ID[name], "openai") as stage:
        response = post(client, stage)
    assert response.headers.get_list("content-type") == ["text/html"]
    assert response.text.startswith("<html>")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_redirects_lead_in_a_circle_or_to_another_host(client, protocol):
    with staged(BY_ID["redirect-loop"], protocol) as stage:
        response = post(client, stage, protocol)
        assert response.headers["location"] == response.request.url.raw_path.decode()
    with staged(BY_ID["redirect-other-host"], protocol) as stage:
        target = post(client, stage, protocol).next_request
        assert target is not None
        assert (target.method, target.url.host) == ("POST", "localhost")
        assert target.url.port != port_of(stage)
        assert stage.server is not None
        assert stage.server.elsewhere.connections == []
        client.send(target)
        assert len(stage.server.elsewhere.requests) == 1
