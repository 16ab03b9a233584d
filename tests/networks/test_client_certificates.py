"""Row tls-alerts: servers that want a client certificate, and certificates that cannot be used."""

import ssl
from pathlib import Path

import pytest

from hello_llm import UnreachableError, UsageError
from tests.cli.person import Person
from tests.networks.calls import ANSWER, answer, ask, failure, findings, write_call
from tests.networks.certificates import Authority, Certificate
from tests.networks.proxies import squid
from tests.networks.tls import TLS, TLSServer
from tests.servers import OpenAI

VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
EACH_VERSION = pytest.mark.parametrize("version", VERSIONS, ids=["1.2", "1.3"])
NAME = "ada@example.org"


def wanting(authority: Authority, version: ssl.TLSVersion = VERSIONS[1]) -> TLSServer:
    """A server that lets in only clients with a certificate of `authority`."""
    certificate = authority.issue("127.0.0.1")
    tls = TLS(certificate=certificate, client_ca=authority.file, minimum=version, maximum=version)
    return TLSServer(tls, OpenAI())


@pytest.fixture
def own(authority: Authority) -> Certificate:
    """A certificate of a client that the servers let in."""
    return authority.issue(NAME)


@EACH_VERSION
@pytest.mark.parametrize("proxied", [False, True], ids=["direct", "proxied"])
def test_client_certificate_that_is_required_is_asked_for(version, proxied, authority, tmp_path):
    with wanting(authority, version) as server, squid(tmp_path) as proxy:
        settings = {"proxy": proxy.url} if proxied else {}
        error = failure(f"{server.url}/v1", ca_file=authority.file, **settings)
    assert isinstance(error, UnreachableError)
    assert error.message == f"127.0.0.1:{server.port} requires a client certificate"
    assert "client_cert" in (error.hint or "")
    assert not error.transient


@EACH_VERSION
@pytest.mark.parametrize("in_one_file", [False, True], ids=["two files", "one file"])
def test_client_certificate_is_shown(version, in_one_file, authority, own, tmp_path):
    settings = {"client_cert": own.chain, "client_key": own.key}
    if in_one_file:
        both = tmp_path / "both.pem"
        both.write_bytes(own.key.read_bytes() + own.chain.read_bytes())
        settings = {"client_cert": both}
    with wanting(authority, version) as server:
        assert answer(f"{server.url}/v1", ca_file=authority.file, **settings) == ANSWER
        assert [one.client for one in server.handshakes] == [NAME]


@EACH_VERSION
def test_client_certificate_of_another_authority_is_said_to_be_refused(
    version, authority, tmp_path
):
    other = Authority(tmp_path / "other").issue(NAME)
    with wanting(authority, version) as server:
        error = failure(
            f"{server.url}/v1",
            ca_file=authority.file,
            client_cert=other.chain,
            client_key=other.key,
        )
    assert isinstance(error, UnreachableError)
    assert "client certificate" in error.message
    assert "requires a client certificate" not in error.message
    assert "client_cert" in (error.hint or "")


def test_client_certificate_that_has_expired_is_said_to_be_refused(authority):
    old = authority.issue(NAME, valid="expired")
    settings = {"client_cert": old.chain, "client_key": old.key}
    with wanting(authority) as server:
        error = failure(f"{server.url}/v1", ca_file=authority.file, **settings)
    assert "the client certificate has expired" in error.message
    assert "client_cert" in (error.hint or "")


@EACH_VERSION
def test_client_certificate_of_a_profile_is_found_beside_the_profile(version, authority, own, home):
    with wanting(authority, version) as server:
        path = write_call(
            home,
            f"{server.url}/v1",
            f'ca_file = "{authority.file}"',
            'client_cert = "own.pem"',
            'client_key = "keys/own.key"',
        )
        (path.parent / "keys").mkdir()
        (path.parent / "own.pem").write_bytes(own.chain.read_bytes())
        (path.parent / "keys" / "own.key").write_bytes(own.key.read_bytes())
        ended = ask(home, "--quiet")
        found = findings(home)
    assert (ended.code, ended.stdout, ended.stderr) == (0, f"{ANSWER}\n", "")
    assert found["tls"]["status"] == "ok"


@EACH_VERSION
def test_client_certificate_that_is_missing_is_exit_6_for_the_program(version, authority, home):
    with wanting(authority, version) as server:
        write_call(home, f"{server.url}/v1", f'ca_file = "{authority.file}"')
        ended = ask(home)
        found = findings(home)
    assert ended.code == 6
    assert f"127.0.0.1:{server.port} requires a client certificate" in ended.stderr
    assert "client_cert" in ended.stderr
    assert found["exit_code"] == 6
    failed = [one for name, one in found.items() if name != "exit_code" and one["code"]]
    assert [one["message"] for one in failed] == [
        f"127.0.0.1:{server.port} requires a client certificate"
    ]


def unusable(kind: str, own: Certificate, authority: Authority, folder: Path) -> tuple[Path, Path]:
    """The files of a client certificate that cannot be used, and of its key."""
    match kind:
        case "encrypted":
            return own.chain, own.encrypt_key("passphrase")
        case "mismatched":
            return own.chain, authority.issue(NAME).key
        case "no-certificate":
            return folder / "gone.pem", own.key
        case "no-key":
            return own.chain, folder / "gone.key"
        case "folder":
            return own.chain, folder
        case "swapped":
            return own.key, own.chain
    empty = folder / "empty.pem"
    empty.touch()
    return empty, empty


UNUSABLE = {
    "encrypted": "is encrypted",
    "mismatched": "does not belong to the certificate in",
    "no-certificate": "gone.pem",
    "no-key": "gone.key",
    "folder": "",
    "swapped": "",
    "empty": "empty.pem",
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_client_certificate_that_cannot_be_used_is_a_usage_error(kind, own, authority, tmp_path):
    cert, key = unusable(kind, own, authority, tmp_path)
    with wanting(authority) as server:
        settings = {"client_cert": cert, "client_key": key, "ca_file": authority.file}
        error = failure(f"{server.url}/v1", **settings)
    assert isinstance(error, UsageError), error
    assert UNUSABLE[kind] in error.message
    assert server.handshakes == []


@pytest.mark.parametrize("kind", ["encrypted", "mismatched", "no-key"])
def test_client_certificate_that_cannot_be_used_is_exit_2(kind, own, authority, home, tmp_path):
    cert, key = unusable(kind, own, authority, tmp_path)
    files = (f'client_cert = "{cert}"', f'client_key = "{key}"', f'ca_file = "{authority.file}"')
    with wanting(authority) as server:
        write_call(home, f"{server.url}/v1", *files)
        ended = ask(home)
    assert ended.code == 2, ended.stderr
    assert UNUSABLE[kind] in ended.stderr


def test_client_certificate_with_an_encrypted_key_asks_nothing_on_the_terminal(
    own, authority, home
):
    with wanting(authority) as server:
        write_call(
            home,
            f"{server.url}/v1",
            f'client_cert = "{own.chain}"',
            f'client_key = "{own.encrypt_key("passphrase")}"',
            f'ca_file = "{authority.file}"',
        )
        with Person("chat", "hi") as person:
            assert person.wait_for_end() == 2
            assert "is encrypted" in person.shown
            assert "PEM pass phrase" not in person.shown
