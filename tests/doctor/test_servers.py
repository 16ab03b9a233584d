"""`doctor` tells apart what can be wrong with a server, and says what repairs it."""

import time

import pytest

from hello_llm.providers.http.model_list import _OWN_BASES
from hello_llm.providers.http.route import resolve_route_without_key
from tests.doctor.examined import asking, examined
from tests.doctor.listing import listing
from tests.faults.catalogue import BY_ID
from tests.faults.connect import CERTIFICATE
from tests.faults.stage import staged

KEY = "a-key-for-this-host-1f0c5"
DATED = {"data": [{"id": "claude-tiny-20250101"}, {"id": "claude-tiny-20250601"}]}
LISTS = {
    "openai/tiny": (["other", "tiny"], "/v1/models", "authorization"),
    "groq/tiny": (["tiny"], "/v1/models", "authorization"),
    "together_ai/tiny": (b'[{"id": "tiny"}]', "/v1/models", "authorization"),
    "ollama/tiny": ({"models": [{"name": "tiny:latest"}]}, "/v1/api/tags", "authorization"),
    "anthropic/claude-tiny": (DATED, "/v1/models?limit=1000", "x-api-key"),
    "gemini/tiny": (
        {"models": [{"name": "models/tiny"}]},
        "/v1/models?pageSize=1000",
        "x-goog-api-key",
    ),
}


@pytest.mark.parametrize("model", LISTS)
def test_all_is_well_where_the_model_is_listed(model, monkeypatch):
    monkeypatch.setenv("CREDS", KEY)
    body, path, header = LISTS[model]
    with listing(body) as server:
        found = examined(*asking(f"{server.base}/v1", model), "--api-key-env", "CREDS")
    assert (found.code, found.failures) == (0, {})
    assert found.names[-5:] == ["model", "key", "resolution", "connection", "models"]
    ((method, asked, headers),) = server.asked
    assert (method, asked) == ("GET", path)
    assert headers[header].removeprefix("Bearer ") == KEY
    assert KEY not in found.output
    assert "CREDS is set and goes to 127.0.0.1:" in found["key"]["message"]


def test_a_name_without_a_date_stands_for_the_latest():
    with listing(DATED) as server:
        found = examined(*asking(server.base, "anthropic/claude-tiny-latest"))
    assert "claude-tiny-20250601, which is claude-tiny-latest" in found["models"]["message"]


def test_a_model_that_is_not_listed_is_a_failure_that_names_near_ones():
    with listing(["gpt-tiny", "gpt-tiny-2", "whale"]) as server:
        found = examined(*asking(server.base, "openai/gpt-tyni"))
    assert (found.code, found.failures) == (4, {"models": "REQUEST"})
    assert "3 models, and gpt-tyni is not among them" in found["models"]["message"]
    assert found["models"]["repair"].startswith("did you mean openai/gpt-tiny")


def test_without_a_near_one_some_are_shown_and_for_ollama_how_to_get_it():
    with listing(["whale"]) as server:
        assert examined(*asking(server.base))["models"]["repair"] == "it has openai/whale"
    with listing({"models": []}) as server:
        repair = examined(*asking(server.base, "ollama/tiny"))["models"]["repair"]
    assert repair == "ollama pull tiny"


def test_a_list_that_goes_on_leaves_it_open():
    with listing({"data": [{"id": "a"}], "has_more": True}) as server:
        found = examined(*asking(server.base))
    assert (found.code, found["models"]["status"]) == (0, "warning")


@pytest.mark.parametrize(
    ("status", "code", "name"),
    [
        (400, 4, "REQUEST"),
        (401, 3, "AUTH"),
        (403, 3, "AUTH"),
        (404, 4, "REQUEST"),
        (418, 4, "REQUEST"),
        (429, 5, "RATE_LIMITED"),
        (500, 8, "SERVER"),
        (503, 8, "SERVER"),
    ],
)
def test_no_status_but_success_is_healthy(status, code, name, monkeypatch):
    monkeypatch.setenv("CREDS", KEY)
    said = {"error": {"message": f"no, not with {KEY}\x1b[2J"}}
    with listing(said, status=status) as server:
        found = examined(*asking(f"{server.base}/v1"), "--api-key-env", "CREDS")
    assert (found.code, found.failures) == (code, {"models": name})
    assert str(status) in found["models"]["message"]
    assert found["models"]["repair"]
    assert KEY not in found.output
    assert "\x1b" not in found.output


def test_a_redirect_is_not_followed_and_the_key_stays(monkeypatch):
    monkeypatch.setenv("CREDS", KEY)
    with listing(["tiny"]) as other, listing({}, status=307, location=f"{other.base}/v1") as server:
        found = examined(*asking(server.base), "--api-key-env", "CREDS")
    assert (found.code, found.failures) == (9, {"models": "BROKEN_REPLY"})
    assert other.asked == []


@pytest.mark.parametrize("body", [b"<html>", b"", b"[" * 100_000, b'{"data": 7}', b"\xff"])
def test_what_is_no_list_is_said_to_be_none(body):
    with listing(body) as server:
        found = examined(*asking(server.base))
    assert found.failures == {"models": "BROKEN_REPLY"}
    assert "not with a list of models" in found["models"]["message"]


def test_a_silent_server_is_given_up():
    started = time.monotonic()
    with listing(silent=True) as server:
        found = examined(*asking(server.base), "--timeout", "0.3")
    assert (found.code, found.failures) == (7, {"models": "TIMEOUT"})
    assert "within 0.3 s" in found["models"]["message"]
    assert "--timeout" in found["models"]["repair"]
    assert time.monotonic() - started < 10


def test_a_certificate_that_nobody_knows_is_a_failure_until_it_is_named(tmp_path):
    with listing(["tiny"], tls=True) as server:
        found = examined(*asking(server.base))
        assert (found.code, found.failures) == (6, {"tls": "UNREACHABLE"})
        assert "cannot be trusted" in found["tls"]["message"]
        assert "ca_file" in found["tls"]["repair"]
        assert server.asked == []
        file = tmp_path / "config.toml"
        file.write_text(f'version = 1\n[defaults]\nca_file = "{CERTIFICATE}"\n')
        found = examined(*asking(server.base), "--config", file)
        assert found.code == 0
        assert found["tls"]["message"].startswith("TLSv1.3 with a trusted certificate")
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("fault", "where", "code", "says"),
    [
        ("refused", "connection", "UNREACHABLE", "cannot connect to 127.0.0.1:"),
        ("dns-fail", "resolution", "UNREACHABLE", "cannot resolve nowhere.invalid"),
        ("blackhole-connect", "connection", "TIMEOUT", "the connect deadline"),
        ("accept-close", "models", "UNREACHABLE", "closed the connection"),
        ("tls-to-plain", "tls", "UNREACHABLE", "cannot set up TLS with 127.0.0.1:"),
        ("plain-to-tls", "models", "UNREACHABLE", "speaks TLS"),
        ("plain-to-tls.told", "models", "UNREACHABLE", "speaks TLS"),
        ("tls-untrusted", "tls", "UNREACHABLE", "cannot be trusted"),
        ("not-http", "models", "BROKEN_REPLY", "does not speak HTTP"),
    ],
)
def test_each_trouble_with_a_connection_has_its_finding_and_the_words_of_chat(
    fault, where, code, says
):
    with staged(BY_ID[fault], "openai") as stage:
        found = examined(*asking(stage.api_base), "--connect-timeout", "0.5")
    assert found.failures == {where: code}
    assert found.names[-1] == where
    assert says in found[where]["message"]
    assert found[where]["repair"]


def test_the_proxy_is_what_is_reached_where_there_is_one(tmp_path):
    file = tmp_path / "config.toml"
    with listing(["tiny"]) as proxy:
        file.write_text(f'version = 1\n[defaults]\nproxy = "{proxy.base}"\n')
        found = examined(*asking("http://far.invalid/v1"), "--config", file)
        assert found.code == 0
        assert found["resolution"]["message"] == "the proxy 127.0.0.1 is 127.0.0.1"
        assert proxy.asked[0][1] == "http://far.invalid/v1/models"
        found = examined(*asking("https://far.invalid/v1"), "--config", file)
    assert found.failures == {"proxy": "UNREACHABLE"}
    assert "does not lead to far.invalid" in found["proxy"]["message"]


def test_a_vendor_without_a_list_is_only_reached():
    with listing({}) as server:
        found = examined(*asking(server.base, "cohere/tiny"))
    assert found.code == 0
    assert "no list of models" in found["models"]["message"]
    assert server.asked == []


@pytest.mark.parametrize("vendor", _OWN_BASES)
def test_the_list_of_a_vendor_is_at_its_own_host(vendor):
    own = resolve_route_without_key(f"{vendor}/tiny").address
    assert own is not None
    assert _OWN_BASES[vendor].startswith(own)


def test_a_vendor_whose_address_only_litellm_knows_is_said_not_to_be_tried():
    found = examined("--provider", "litellm", "--model", "lambda_ai/tiny")
    assert found.failures == {"key": "AUTH"}
    assert found["connection"]["status"] == "warning"
    assert "LiteLLM alone" in found["connection"]["message"]
