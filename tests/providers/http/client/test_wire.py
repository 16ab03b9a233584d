"""The transport turns exceptions of httpcore into those of httpx, and bodies into others."""

import gzip

import httpcore
import httpx
import pytest

from hello_llm.providers.http.client.network import Network, NotHTTPError
from hello_llm.providers.http.client.wire import PoolTransport, TappedTransport, with_body
from tests.providers.subjects import serving

THEIRS = sorted(
    name
    for name in httpcore.__all__
    if isinstance(getattr(httpcore, name), type)
    and issubclass(getattr(httpcore, name), Exception)
    and name != "ConnectionNotAvailable"  # which the pool itself handles
)


@pytest.mark.parametrize("name", THEIRS)
def test_an_exception_of_httpcore_becomes_the_one_of_httpx_with_the_same_name(monkeypatch, name):
    def fail(*_):
        raise getattr(httpcore, name)("why")

    monkeypatch.setattr(httpcore.ConnectionPool, "handle_request", fail)
    transport = PoolTransport(httpx.create_ssl_context(), Network())
    with pytest.raises(getattr(httpx, name), match="why") as raised:
        transport.handle_request(httpx.Request("GET", "http://127.0.0.1/"))
    assert type(raised.value) is getattr(httpx, name)


def test_other_exceptions_pass(monkeypatch):
    def fail(*_):
        raise NotHTTPError(b"SSH-2.0")

    monkeypatch.setattr(httpcore.ConnectionPool, "handle_request", fail)
    with pytest.raises(NotHTTPError):
        PoolTransport(httpx.create_ssl_context(), Network()).handle_request(
            httpx.Request("GET", "http://127.0.0.1/")
        )


def test_a_body_in_place_of_another_is_not_decoded_again():
    def answer(_):
        head = {"content-encoding": "gzip", "x-kept": "1"}
        return httpx.Response(201, headers=head, content=gzip.compress(b"theirs"))

    def receive(response):
        return with_body(response, iter([b"ours: ", response.read()]))

    inner = httpx.MockTransport(answer)
    with httpx.Client(transport=TappedTransport(inner, lambda request: request, receive)) as client:
        response = client.get("http://127.0.0.1/")
    assert (response.status_code, response.content) == (201, b"ours: theirs")
    assert (response.headers.get("content-encoding"), response.headers["x-kept"]) == (None, "1")


def test_a_network_that_was_cut_opens_nothing():
    network = Network()
    network.abort()
    with serving("openai") as server, pytest.raises(httpx.ConnectError):
        PoolTransport(httpx.create_ssl_context(), network).handle_request(
            httpx.Request("GET", server.url)
        )
    assert server.requests == []
