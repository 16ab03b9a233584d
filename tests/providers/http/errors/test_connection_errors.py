"""Calls that reach no server, or get no answer from it."""

import socket
import threading
from collections.abc import Iterator

import pytest

from hello_llm.contract import (
    AuthError,
    BrokenReplyError,
    DeadlineError,
    HelloLLMError,
    LLMReply,
    ServerError,
    UnreachableError,
    Usage,
)
from tests.faults.stage import filled_port
from tests.providers.subjects import (
    MODELS,
    PROTOCOLS,
    answering,
    at,
    litellm_at,
    outcome,
    serving,
)
from tests.servers import Script


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody listens on, held so that nobody begins to."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose backlog is full."""
    with filled_port(0) as port:
        yield port


@pytest.fixture
def slammed_port() -> Iterator[int]:
    """A port whose server accepts and closes at once."""
    listener = socket.create_server(("127.0.0.1", 0))

    def slam() -> None:
        while True:
            try:
                listener.accept()[0].close()
            except OSError:
                return

    threading.Thread(target=slam, daemon=True).start()
    yield int(listener.getsockname()[1])
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


NAMES = {"openai": "req_openai_1", "ollama": None, "anthropic": "req_anthropic_1"}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_refused_connection_is_unreachable(protocol, closed_port):
    error = outcome(at(protocol, f"http://127.0.0.1:{closed_port}"), stream=True)
    assert type(error) is UnreachableError
    assert error.message == f"cannot connect to 127.0.0.1:{closed_port}"
    assert error.status is None


def test_an_ollama_that_does_not_run_is_started_by_the_hint(closed_port):
    error = outcome(at("ollama", f"http://127.0.0.1:{closed_port}"), stream=True)
    assert isinstance(error, UnreachableError)
    assert error.hint == "ollama serve   starts it; --api-base names another address"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_unknown_host_is_named(protocol):
    error = outcome(at(protocol, "http://nowhere.invalid:9/v1"), stream=True)
    assert type(error) is UnreachableError
    assert error.message == "cannot resolve nowhere.invalid"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_connection_that_closes_before_any_reply_is_unreachable(protocol, slammed_port):
    error = outcome(at(protocol, f"http://127.0.0.1:{slammed_port}"), stream=True)
    assert type(error) is UnreachableError
    assert error.message == f"127.0.0.1:{slammed_port} closed the connection before any reply"


def test_tls_to_a_plain_port_asks_whether_it_is_plain():
    with answering(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n") as port:
        error = outcome(at("openai", f"https://127.0.0.1:{port}/v1"), stream=True)
    assert type(error) is UnreachableError
    assert error.hint == f"is it http://127.0.0.1:{port} and not https://?"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_silence_in_the_middle_ends_by_the_timeout_and_keeps_the_text(protocol):
    with serving(protocol, Script(chunks=("Hello",), end="stall")) as server:
        error = outcome(litellm_at(server, timeout=0.3), stream=True)
    assert type(error) is DeadlineError
    assert error.partial is not None
    assert error.partial.text == "Hello"
    assert error.hint == "give the provider a larger timeout"


def test_silence_before_a_whole_answer_ends_by_the_timeout():
    with serving("openai", Script(delay_s=0.5)) as server:
        error = outcome(litellm_at(server, timeout=0.3), stream=False)
    assert type(error) is DeadlineError


def test_a_server_that_speaks_no_http_is_broken():
    with answering(b"SSH-2.0-OpenSSH_9.2\r\n\r\n") as port:
        error = outcome(at("openai", f"http://127.0.0.1:{port}/v1"), stream=True)
    assert type(error) is BrokenReplyError


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_silence_before_the_headers_ends_by_the_timeout(protocol, stream):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        error = outcome(at(protocol, f"http://127.0.0.1:{port}/v1", timeout=0.2), stream=stream)
    assert type(error) is DeadlineError
    assert error.message == f"gave up waiting to hear from 127.0.0.1:{port}"
    assert error.partial is not None
    assert (error.partial.text, error.partial.attempts) == ("", 1)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_connection_that_is_never_made_ends_by_the_deadline_for_all_attempts(protocol, full_port):
    error = outcome(
        at(protocol, f"http://127.0.0.1:{full_port}/v1", connect_timeout=0.2), stream=True
    )
    assert type(error) is DeadlineError
    assert error.message == (
        f"no connection to 127.0.0.1:{full_port} within 0.2 s (the connect deadline)"
    )
    assert not error.transient


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_headers_alone_are_no_reply(protocol, stream):
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    with answering(head) as port:
        error = outcome(at(protocol, f"http://127.0.0.1:{port}/v1"), stream=stream)
    assert type(error) is UnreachableError
    assert error.message == f"127.0.0.1:{port} closed the connection before any reply"
    assert error.hint == "try again, or check --api-base if you gave one"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_empty_answer_is_no_reply_that_was_cut(protocol):
    with answering(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n") as port:
        error = outcome(at(protocol, f"http://127.0.0.1:{port}/v1"), stream=True)
    assert type(error) is BrokenReplyError
    assert error.message == f"127.0.0.1:{port} answered, but not with a reply"
    assert error.hint is not None
    assert error.hint.startswith(
        "check --api-base: is that the address of a chat API?; the request was POST http://127."
    )


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_error_status_counts_however_little_of_its_answer_comes(protocol, stream):
    head = b"HTTP/1.1 503 Busy\r\ncontent-length: 9999\r\nretry-after: 2\r\n\r\n"
    with answering(head + b"try la") as port:
        error = outcome(at(protocol, f"http://127.0.0.1:{port}/v1"), stream=stream)
    assert type(error) is ServerError
    assert error.message == f'127.0.0.1:{port} failed (503): it says "try la"'
    assert (error.status, error.transient, error.retry_after_s) == (503, True, 2.0)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_charset_of_a_stream_is_utf8_whatever_its_headers_say(protocol):
    headers = (("content-type", "text/event-stream; charset=utf-16"),)
    with serving(protocol, Script(chunks=("Gr\u00fc", "\u00df\u2028e"), headers=headers)) as server:
        reply = outcome(litellm_at(server), stream=True)
    assert isinstance(reply, LLMReply)
    assert reply.text == "Gr\u00fc\u00df\u2028e"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_server_that_hangs_up_on_a_handshake_may_do_better_the_next_time(protocol, slammed_port):
    error = outcome(at(protocol, f"https://127.0.0.1:{slammed_port}"), stream=True)
    assert type(error) is UnreachableError
    assert error.message == f"127.0.0.1:{slammed_port} closed the connection before any reply"
    assert error.transient


def test_a_tls_handshake_is_answered_within_the_connect_deadline():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        base = f"https://127.0.0.1:{silent.getsockname()[1]}/v1"
        error = outcome(at("openai", base, connect_timeout=0.2), stream=True)
    assert type(error) is DeadlineError
    assert error.hint == "raise it with --connect-timeout SECONDS, 0 turns it off"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_failed_call_was_one_attempt_and_an_unmade_one_none(protocol, closed_port):
    refused = outcome(at(protocol, f"http://127.0.0.1:{closed_port}"), stream=True)
    unmade = outcome(at(protocol, None, environ={}, api_key_env="NOT_SET"), stream=True)
    for error, attempts in ((refused, 1), (unmade, 0)):
        assert isinstance(error, HelloLLMError)
        assert error.partial is not None
        assert (error.partial.attempts, error.partial.model) == (attempts, MODELS[protocol])
    assert isinstance(unmade, AuthError)
    assert unmade.partial is not None
    assert unmade.partial.usage == Usage()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_partial_reply_has_the_servers_name_for_the_call(protocol):
    with serving(protocol, Script(end="fin")) as server:
        error = outcome(litellm_at(server), stream=True)
    assert isinstance(error, HelloLLMError)
    assert error.partial is not None
    assert error.partial.request_id == NAMES[protocol]


def test_a_proxy_that_the_environment_names_later_is_no_proxy_either(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving("openai") as server:
        assert isinstance(outcome(litellm_at(server), stream=True), LLMReply)
