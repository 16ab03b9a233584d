"""Row tls-alerts: a TLS session that fails is explained in words, with advice that fits."""

import ssl
from collections.abc import Iterator
from typing import Any

import pytest

from hello_llm import UnreachableError
from tests.networks.calls import ANSWER, answer, ask, failure, findings, reply, write_call
from tests.networks.certificates import Authority, Certificate
from tests.networks.dns import Host, dns_server
from tests.networks.proxies import squid
from tests.networks.tls import NO_COMMON_CIPHER, OLD_VERSIONS, TLS, TLSServer, alert
from tests.servers import OpenAI

TLS_1_0, TLS_1_1 = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
IS_IT_HTTP = "is it http://"


@pytest.fixture(autouse=True)
def names() -> Iterator[None]:
    """The server's names."""
    with dns_server({name: Host(("127.0.0.1",)) for name in ("api.test", "other.test")}):
        yield


def good(authority: Authority) -> Certificate:
    return authority.issue("api.test")


def issue(kind: str, authority: Authority, folder: Any) -> Certificate:
    """A certificate with the flaw `kind`."""
    match kind:
        case "expired":
            return authority.issue("api.test", valid="expired")
        case "not-yet":
            return authority.issue("api.test", valid="not-yet")
        case "other-host":
            return authority.issue("other.test")
        case "other-address":
            return authority.issue("127.0.0.2")
        case "no-chain":
            return authority.issue_without_chain("api.test")
    return Authority(folder / "stranger").issue("api.test")


FLAWS = {
    "expired": ("certificate has expired", "new certificate", "date"),
    "not-yet": ("certificate is not yet valid", "clock", "date"),
    "other-host": ("Hostname mismatch, certificate is not valid for 'api.test'", "doctor shows"),
    "untrusted": ("unable to get local issuer certificate", "ca_file"),
    "no-chain": ("unable to get local issuer certificate", "ca_file"),
}


@pytest.mark.parametrize("kind", FLAWS)
def test_tls_alerts_a_flawed_certificate_is_explained(kind, authority, tmp_path):
    reason, *advice = FLAWS[kind]
    with TLSServer(TLS(certificate=issue(kind, authority, tmp_path)), OpenAI()) as server:
        place = f"api.test:{server.port}"
        error = failure(f"https://{place}/v1", ca_file=authority.file)
    assert isinstance(error, UnreachableError)
    assert error.message == f"the certificate of {place} cannot be trusted: {reason}"
    assert all(words in (error.hint or "") for words in advice), error.hint
    assert not error.transient
    assert server.requests == []


def test_tls_alerts_a_certificate_for_another_address_is_explained(authority, tmp_path):
    tls = TLS(certificate=issue("other-address", authority, tmp_path))
    with TLSServer(tls, OpenAI()) as server:
        error = failure(f"{server.url}/v1", ca_file=authority.file)
    assert "IP address mismatch, certificate is not valid for '127.0.0.1'" in error.message
    assert "use the name that the certificate is for" in (error.hint or "")


REFUSALS: dict[str, tuple[dict[str, Any], str, str]] = {
    "old": (
        {"minimum": TLS_1_0, "maximum": TLS_1_1, "ciphers": OLD_VERSIONS},
        "it has no version of TLS in common with this program, which speaks 1.2 and 1.3",
        "have the server updated",
    ),
    "cipher": (
        {"maximum": TLS_1_2, "ciphers": NO_COMMON_CIPHER},
        "it has no cipher in common with this program",
        "openssl s_client -connect",
    ),
    "name": (
        {"names": frozenset({"other.test"})},
        "it does not know the name that it was called by",
        "check the host in --api-base",
    ),
    "alert": (
        {"reply": alert(ssl.AlertDescription.ALERT_DESCRIPTION_INTERNAL_ERROR)},
        "internal error",
        "openssl s_client -connect",
    ),
    "insufficient security": (
        {"reply": alert(ssl.AlertDescription.ALERT_DESCRIPTION_INSUFFICIENT_SECURITY)},
        "it has no cipher in common with this program",
        "openssl s_client -connect",
    ),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_tls_alerts_a_refused_handshake_is_explained(kind, authority):
    options, words, advice = REFUSALS[kind]
    with TLSServer(TLS(certificate=good(authority), **options), OpenAI()) as server:
        place = f"api.test:{server.port}"
        error = failure(f"https://{place}/v1", ca_file=authority.file)
    assert isinstance(error, UnreachableError)
    assert error.message.startswith(f"cannot set up TLS with {place}: ")
    assert words in error.message
    assert advice in (error.hint or "")
    assert IS_IT_HTTP not in f"{error.message} {error.hint}"


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-x\r\n"])
def test_tls_alerts_a_server_without_tls_is_recognised(said, authority):
    with TLSServer(TLS(certificate=good(authority), reply=said), OpenAI()) as server:
        place = f"api.test:{server.port}"
        error = failure(f"https://{place}/v1")
    assert isinstance(error, UnreachableError)
    assert error.message == f"cannot set up TLS with {place}: it does not speak TLS"
    assert (error.hint or "").startswith(f"{IS_IT_HTTP}{place}")


def test_tls_alerts_a_tls_server_by_http_is_recognised(authority):
    said = alert(ssl.AlertDescription.ALERT_DESCRIPTION_UNEXPECTED_MESSAGE)
    with TLSServer(TLS(certificate=good(authority), reply=said), OpenAI()) as server:
        error = failure(f"http://api.test:{server.port}/v1")
    assert isinstance(error, UnreachableError)
    assert f"is it https://api.test:{server.port}" in (error.hint or "")


@pytest.mark.parametrize("kind", ["expired", "other-host", "untrusted"])
def test_tls_alerts_are_the_same_behind_a_proxy(kind, authority, tmp_path):
    reason, *advice = FLAWS[kind]
    tls = TLS(certificate=issue(kind, authority, tmp_path))
    with TLSServer(tls, OpenAI()) as server, squid(tmp_path / "squid") as proxy:
        place = f"api.test:{server.port}"
        error = failure(f"https://{place}/v1", ca_file=authority.file, proxy=proxy.url)
    assert error.message == f"the certificate of {place} cannot be trusted: {reason}"
    assert all(words in (error.hint or "") for words in advice), error.hint


@pytest.mark.parametrize("kind", ["expired", "other-host", "untrusted", "good"])
def test_tls_alerts_of_the_certificate_of_a_proxy_name_the_proxy(kind, authority, tmp_path):
    flawed = authority.issue("127.0.0.1") if kind == "good" else issue(kind, authority, tmp_path)
    folder = tmp_path / "squid"
    tls = TLS(certificate=good(authority))
    with TLSServer(tls, OpenAI()) as server, squid(folder, certificate=flawed) as proxy:
        url = proxy.url.replace("127.0.0.1", "api.test") if kind != "good" else proxy.url
        settings = {"proxy": url, "ca_file": authority.file}
        if kind == "good":
            assert answer(f"https://api.test:{server.port}/v1", **settings) == ANSWER
            return
        error = failure(f"https://api.test:{server.port}/v1", **settings)
    reason, *_ = FLAWS[kind]
    assert isinstance(error, UnreachableError)
    assert error.message == f"the certificate of the proxy {url} cannot be trusted: {reason}"


@pytest.mark.parametrize("kind", ["expired", "not-yet", "other-host", "untrusted"])
def test_tls_alerts_doctor_shows_the_certificate_that_is_not_trusted(
    kind, authority, home, tmp_path
):
    flawed = issue(kind, authority, tmp_path)
    with TLSServer(TLS(certificate=flawed), OpenAI()) as server:
        write_call(home, f"https://api.test:{server.port}/v1", f'ca_file = "{authority.file}"')
        found = findings(home)
    assert found["exit_code"] == 6
    shown = found["tls"]["message"]
    host = "other.test" if kind == "other-host" else "api.test"
    assert FLAWS[kind][0] in shown
    assert_described(shown, flawed, host)
    assert server.requests == []


def assert_described(shown: str, certificate: Certificate, host: str) -> None:
    """Check that `shown` has the names, the issuer and the validity of the certificate."""
    decode: Any = ssl._ssl._test_decode_cert  # type: ignore[attr-defined]
    decoded = decode(str(certificate.chain))
    issuer: dict[str, str] = dict(pair for part in decoded["issuer"] for pair in part)
    assert host in shown
    assert (issuer.get("commonName") or issuer["organizationName"]) in shown
    assert f"valid from {decoded['notBefore']} to {decoded['notAfter']}" in shown


@pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3])
def test_tls_alerts_doctor_shows_the_certificate_and_the_protocol(version, authority, home):
    certificate = good(authority)
    tls = TLS(certificate=certificate, minimum=version, maximum=version)
    with TLSServer(tls, OpenAI()) as server:
        write_call(home, f"https://api.test:{server.port}/v1", f'ca_file = "{authority.file}"')
        found = findings(home)
    assert found["tls"]["status"] == "ok"
    assert found["tls"]["message"].startswith(version.name.replace("_", "."))
    assert_described(found["tls"]["message"], certificate, "api.test")


def test_tls_alerts_are_exit_6_for_the_program(authority, home):
    tls = TLS(certificate=authority.issue("api.test", valid="expired"))
    with TLSServer(tls, OpenAI()) as server:
        write_call(home, f"https://api.test:{server.port}/v1", f'ca_file = "{authority.file}"')
        document = reply(ask(home, "--json"))
    assert (document["exit_code"], document["attempts"]) == (6, 1)
    assert "certificate has expired" in document["error"]["message"]
