"""Calls that follow one another share a connection; each can still be cut alone."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx
import pytest

from hello_llm.contract import ChatRequest, Finished, UnreachableError
from hello_llm.engine import Candidate, RetryPolicy, Turn
from hello_llm.providers.http.client import http11, tls
from hello_llm.providers.http.client.certificates import Certificates
from tests.faults.connect import CERTIFICATE
from tests.providers.http.client.test_transport import ANSWER
from tests.providers.subjects import (
    PROTOCOLS,
    ask,
    litellm_at,
    outcome,
    serving,
    wait_until,
)
from tests.servers import Script

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
ANSWERED = WHOLE % (len(ANSWER), ANSWER)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_calls_share_a_connection(protocol, stream):
    with serving(protocol) as server:
        provider = litellm_at(server)
        texts = [ask(provider, stream=stream).text for _ in range(4)]
        assert texts == ["Hello, world!"] * 4
        assert [len(one.requests) for one in server.connections] == [4]


def test_a_refused_attempt_leaves_its_connection_to_the_next():
    with serving("openai", Script(status=429), Script(status=503), Script()) as server:
        provider = litellm_at(server)
        turn = Turn(
            [Candidate(ChatRequest.coerce("hi"), lambda: provider, "litellm")],
            stream=True,
            retry=RetryPolicy(draw=min),
        )
        *_, finished = turn
        assert isinstance(finished, Finished)
        assert finished.reply.attempts == 3
        assert [len(one.requests) for one in server.connections] == [3]


def test_the_connection_is_closed_with_the_provider():
    with serving("openai") as server:
        provider = litellm_at(server)
        ask(provider, stream=True)
        (connection,) = server.connections
        assert not connection.wait_closed(0.05)
        del provider
        assert connection.wait_closed(5.0)


def test_a_connection_that_the_server_closed_is_replaced_and_each_request_sent_once():
    with serving("openai") as server:
        provider = litellm_at(server)
        for count in (1, 2, 3):
            assert ask(provider, stream=False).text == "Hello, world!"
            assert [len(one.requests) for one in server.connections] == [1] * count
            for peer in list(server._peers):
                peer.hang_up()
            assert wait_until(lambda: not server._peers)


def test_a_request_that_may_have_arrived_is_not_sent_again_unasked(monkeypatch):
    with serving("openai") as server:
        provider = litellm_at(server)
        ask(provider, stream=False)
        monkeypatch.setattr(server, "_answer", lambda peer, _request: peer.reset())
        error = outcome(provider, stream=False)
        assert isinstance(error, UnreachableError)
        assert error.transient
        assert [len(one.requests) for one in server.connections] == [2]


def test_one_that_was_silent_for_long_is_not_used(monkeypatch):
    monkeypatch.setattr(http11, "KEPT_S", 0.0)
    with serving("openai") as server:
        provider = litellm_at(server)
        ask(provider, stream=False)
        ask(provider, stream=False)
        assert [len(one.requests) for one in server.connections] == [1, 1]
        assert server.connections[0].wait_closed(5.0)


def test_calls_at_once_have_a_connection_each_and_cutting_one_leaves_the_other():
    with serving("openai", Script(), Script(delay_s=0.2), Script(delay_s=0.2)) as server:
        provider = litellm_at(server)
        ask(provider, stream=True)
        cut, other = provider.stream_chat("hi"), provider.stream_chat("hi")
        with closing(other):
            next(cut), next(cut), next(other), next(other)
            cut.close()
            *_, finished = other
        assert isinstance(finished, Finished)
        assert finished.reply.text == "Hello, world!"
        kept, second = server.connections
        assert (len(kept.requests), len(second.requests)) == (2, 1)
        assert kept.wait_closed(5.0)
        assert not second.wait_closed(0.05)
        ask(provider, stream=True)
        assert len(server.connections) == 2


def test_a_call_that_is_cut_after_its_end_cuts_nobody():
    with serving("openai", Script(), Script(delay_s=0.1)) as server:
        provider = litellm_at(server)
        first = provider.stream_chat("hi")
        for _ in first:
            pass
        second = provider.stream_chat("hi")
        next(second), next(second)
        first.close()
        *_, finished = second
        assert isinstance(finished, Finished)
        assert finished.reply.text == "Hello, world!"
        assert len(server.connections) == 1


def test_an_answer_with_something_after_it_is_the_last_of_its_connection():
    answer = Script(body=ANSWER, headers=(("Content-Type", "application/json"),))
    with serving("openai", answer) as server:
        provider = litellm_at(server)
        send = server._head

        def head_and_more(script, kind, *, length):
            return send(script, kind, length=length) + ANSWER + ANSWERED[: -len(ANSWER)]

        server._head = head_and_more  # type: ignore[method-assign]
        assert ask(provider, stream=False).text == "hi"
        server._head = send  # type: ignore[method-assign]
        assert ask(provider, stream=False).text == "hi"
        assert [len(one.requests) for one in server.connections] == [1, 1]


def test_a_fork_leaves_the_connection_to_its_parent():
    with serving("openai") as server:
        provider = litellm_at(server)
        ask(provider, stream=False)
        child = os.fork()
        if not child:
            os._exit(ask(provider, stream=False).text != "Hello, world!")
        assert os.waitpid(child, 0)[1] == 0
        ask(provider, stream=False)
        assert [len(one.requests) for one in server.connections] == [2, 1]


def test_only_a_call_that_goes_the_same_way_gets_a_connection():
    kept = http11.KeptConnections()
    ways = [
        http11.Way("http", "a", 80, None, Certificates()),
        http11.Way("https", "a", 80, None, Certificates()),
        http11.Way("http", "b", 80, None, Certificates()),
        http11.Way("http", "a", 81, None, Certificates()),
        http11.Way("http", "a", 80, None, Certificates(ca_file=CERTIFICATE)),
    ]
    for way in ways:
        assert kept.take(way) is None
        kept.keep(way, _Idle(way))  # type: ignore[arg-type]
    for way in reversed(ways):
        assert kept.take(way).way == way  # type: ignore[union-attr]
        assert kept.take(way) is None


class _Idle:
    """A connection that is ready."""

    def __init__(self, way):
        self.way = way

    def serve(self, network):
        """Serve any call."""

    def restart(self):
        return True

    def close(self):
        """Need nothing."""


def test_calls_that_begin_at_once_share_one_context(monkeypatch):
    made, real = [], httpx.create_ssl_context

    def make_slowly(**options):
        made.append(options)
        time.sleep(0.05)
        return real(**options)

    monkeypatch.setattr(httpx, "create_ssl_context", make_slowly)
    tls._context_of.cache_clear()
    ours = Certificates(ca_file=CERTIFICATE)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(tls.context_of, [ours] * 8))
    assert len(set(map(id, found))) == len(made) == 1
