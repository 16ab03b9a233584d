"""How a reply can end: only the server's own mark makes it complete."""

import gzip

import pytest

from hello_llm.contract import BrokenReplyError, LLMReply
from tests.providers.subjects import PROTOCOLS, ask, litellm_at, outcome, said, serving
from tests.servers import Script

CUT = Script(chunks=("Hello", ", wor"), end="fin")
RESET = Script(chunks=("Hello", ", wor"), end="rst")
UNMARKED = Script(chunks=("Hello", ", wor"), finish=None, done=False)


@pytest.mark.parametrize("script", [CUT, UNMARKED], ids=["cut", "unmarked"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_stream_that_ends_without_a_mark_is_broken_and_keeps_its_text(protocol, script):
    with serving(protocol, script) as server:
        error = outcome(litellm_at(server), stream=True)
    assert isinstance(error, BrokenReplyError)
    assert error.partial is not None
    assert (error.partial.text, error.partial.complete) == ("Hello, wor", False)
    assert error.partial.finish_reason is None


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_stream_that_is_reset_is_broken(protocol):
    with serving(protocol, RESET) as server:
        error = outcome(litellm_at(server), stream=True)
    assert isinstance(error, BrokenReplyError)
    assert error.partial is not None
    # A reset may overtake what was sent before it.
    assert "Hello, wor".startswith(error.partial.text)


def test_the_sentence_says_what_is_missing():
    with serving("openai", UNMARKED) as server:
        error = outcome(litellm_at(server), stream=True)
        assert said(error, server) == (
            "BrokenReplyError",
            "PLACE ended the reply without marking it as complete",
            "the partial answer is kept; try again",
        )


def test_a_finish_reason_is_enough_without_done():
    with serving("openai", Script(done=False)) as server:
        reply = ask(litellm_at(server), stream=True)
    assert (reply.text, reply.finish_reason, reply.complete) == ("Hello, world!", "stop", True)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_reply_at_its_limit_says_length(protocol, stream):
    with serving(protocol, Script(finish="length")) as server:
        assert ask(litellm_at(server), stream=stream).finish_reason == "length"


@pytest.mark.parametrize(
    "body",
    [b"{}", b'{"choices": []}', b"<html>hello</html>", b"", b"[1, 2]", b'{"message": '],
    ids=["object", "no-choices", "html", "empty", "list", "half"],
)
@pytest.mark.parametrize("protocol", ["openai", "ollama"])
def test_an_answer_that_is_no_reply_is_broken(protocol, body):
    with serving(protocol, Script(body=body)) as server:
        assert isinstance(outcome(litellm_at(server), stream=False), BrokenReplyError)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_whole_answer_without_a_finish_reason_is_broken(protocol):
    with serving(protocol, UNMARKED) as server:
        error = outcome(litellm_at(server), stream=False)
    assert isinstance(error, BrokenReplyError)
    assert error.partial is not None
    assert error.partial.text in {"Hello, wor", ""}


def test_the_same_chunk_300_times_is_what_it_is():
    with serving("openai", Script(chunks=("ha ",) * 300)) as server:
        assert ask(litellm_at(server), stream=True).text == "ha " * 300


def test_odd_text_arrives_exactly():
    chunks = ("", "\n\n", "  two  spaces\t", "\x1b[31m\x00", "é漢😀", "\r\n")
    with serving("openai", Script(chunks=chunks)) as server:
        assert ask(litellm_at(server), stream=True).text == "".join(chunks)


def test_a_reply_is_whole_either_way():
    with serving("openai") as server:
        assert isinstance(outcome(litellm_at(server), stream=False), LLMReply)


@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
def test_the_mark_of_the_end_completes_a_reply_without_a_finish_reason(protocol):
    with serving(protocol, Script(finish=None)) as server:
        assert ask(litellm_at(server), stream=True).finish_reason == "stop"


@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
def test_an_end_with_neither_is_broken(protocol):
    with serving(protocol, Script(finish=None, done=False)) as server:
        error = outcome(litellm_at(server), stream=True)
        assert said(error, server)[:2] == (
            "BrokenReplyError",
            "PLACE ended the reply without marking it as complete",
        )


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_filtered_reply_says_so(protocol, stream):
    with serving(protocol, Script(finish="content_filter")) as server:
        assert ask(litellm_at(server), stream=stream).finish_reason == "content_filter"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("reason", ["abort", "insufficient_system_resource", "network_error"])
def test_a_reason_that_means_failure_is_no_success(reason, stream):
    with serving("openai", Script(finish=reason)) as server:
        error = outcome(litellm_at(server), stream=stream)
        assert said(error, server) == (
            "BrokenReplyError",
            f'PLACE broke off the reply: it says "{reason}"',
            "the partial answer is kept; try again",
        )
    assert isinstance(error, BrokenReplyError)
    assert error.partial is not None
    assert (error.partial.text, error.partial.complete) == ("Hello, world!", False)
    assert error.partial.request_id == "req_openai_1"


@pytest.mark.parametrize("stream", [True, False])
def test_openrouters_error_as_a_reason_is_no_success(stream):
    with serving("openai", Script(finish="error")) as server:
        assert type(outcome(litellm_at(server), stream=stream)) is BrokenReplyError


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("reason", "known"), [("eos_token", "stop"), ("function_call", "tool_calls")]
)
def test_other_words_for_an_end_become_ours(reason, known, stream):
    with serving("openai", Script(finish=reason)) as server:
        assert ask(litellm_at(server), stream=stream).finish_reason == known


@pytest.mark.parametrize("end", ["fin", "rst"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_answer_in_one_piece_that_is_cut_is_broken(protocol, end):
    with serving(protocol, Script(end=end)) as server:
        error = outcome(litellm_at(server), stream=False)
        assert said(error, server) == (
            "BrokenReplyError",
            "PLACE closed the connection in the middle of a reply",
            "try again",
        )


def test_a_compressed_stream_ends_as_any_other():
    with serving("openai") as server:
        frames = b"".join(server.dialect.frames(Script(), {"model": "m"}))
        headers = (("Content-Type", "text/event-stream"), ("Content-Encoding", "gzip"))
        server.play(Script(body=gzip.compress(frames), headers=headers))
        assert ask(litellm_at(server), stream=True).text == "Hello, world!"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_empty_reply_is_a_reply(protocol):
    with serving(protocol, Script(chunks=())) as server:
        reply = ask(litellm_at(server), stream=True)
    assert (reply.text, reply.finish_reason, reply.complete) == ("", "stop", True)
    assert reply.usage.first_token_ms is None


@pytest.mark.parametrize("reason", ["model_length", "model_context_window_exceeded"])
def test_a_full_context_is_a_limit_of_length(reason):
    with serving("openai", Script(finish=reason)) as server:
        assert ask(litellm_at(server), stream=True).finish_reason == "length"
