"""The transport passes bodies on in place of others, and connections from call to call."""

import gzip

import httpx
import pytest

from hello_llm.providers.http.client.network import Network
from hello_llm.providers.http.client.wire import TappedTransport, WireTransport, with_body
from tests.providers.subjects import serving


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
        WireTransport(httpx.create_ssl_context(), network).handle_request(
            httpx.Request("GET", server.url)
        )
    assert server.requests == []
