"""A script decides what the mock answers, in what order, how fast, and how it fails."""

import re
import threading
import time

import pytest

from hello_llm.contract import (
    BrokenReplyError,
    ChatRequest,
    HelloLLMError,
    Message,
    Params,
    RateLimitedError,
    ServerError,
    TextDelta,
    ToolCall,
    UnreachableError,
    UsageError,
    fold,
)
from hello_llm.providers.factory import get_provider
from tests.architecture.sources import ROOT

_, EXAMPLE = re.findall(
    r"```toml\n(.*?)```", (ROOT / "docs" / "mock.md").read_text(encoding="utf-8"), re.DOTALL
)


@pytest.fixture
def scripted(tmp_path):
    """Return what makes a provider of the text of a script."""

    def make(text, **options):
        file = tmp_path / "script.toml"
        file.write_text(text, encoding="utf-8")
        return get_provider("mock", script=file, **options)

    return make


def one(*lines, time="virtual"):
    """Return a script of one rule."""
    return "\n".join(["version = 1", f'time = "{time}"', "[[rule]]", 'name = "r"', *lines])


def test_the_example_of_the_documentation_does_what_it_says(scripted):
    mock = scripted(EXAMPLE, model="openai/x")
    refund = mock.chat("May I have a refund?")
    assert refund.text == "No refunds after 30 days."
    assert (refund.usage.tokens_in, refund.usage.tokens_out) == (12, 6)
    with pytest.raises(RateLimitedError) as busy:
        mock.chat("Weather?")
    assert (busy.value.retry_after_s, busy.value.transient) == (1.0, True)
    weather = mock.chat("Weather?")
    assert weather.tool_calls == (ToolCall("call_1", "weather", '{"city": "Paris"}'),)
    assert weather.reasoning == "A tool knows."
    with pytest.raises(BrokenReplyError) as cut:
        fold(mock.stream_chat("a story"))
    assert cut.value.partial is not None
    assert cut.value.partial.text == "Once upon a "
    assert cut.value.partial.usage.latency_ms == 750
    assert [mock.chat("coin").text for _ in range(2)] == ["heads", "tails"]
    with pytest.raises(ServerError):
        mock.chat("coin")
    with pytest.raises(UsageError, match="rule 'three answers' has no reply left after 3"):
        mock.chat("coin")
    mock.finish()


@pytest.mark.parametrize(
    ("condition", "request_", "holds"),
    [
        ('contains = "b"', ChatRequest.from_prompt("abc"), True),
        ('contains = "B"', ChatRequest.from_prompt("abc"), False),
        ('regex = "^a.c$"', ChatRequest.from_prompt("abc"), True),
        ('system = "brief"', ChatRequest.from_prompt("x", "be brief"), True),
        ('system = "brief"', ChatRequest.from_prompt("brief"), False),
        ('model = "openai/*"', ChatRequest.from_prompt("x", model="openai/a"), True),
        ('model = "openai/*"', ChatRequest.from_prompt("x", model="ollama/a"), False),
        ("turn = 2", ChatRequest((Message("user", "a"), Message("user", "b"))), True),
        ("turn = 2", ChatRequest.from_prompt("b"), False),
    ],
)
def test_each_condition_holds_or_not(scripted, condition, request_, holds):
    mock = scripted(one(condition, 'text = "yes"'))
    if holds:
        assert mock.chat(request_).text == "yes"
    else:
        with pytest.raises(UsageError, match=re.escape("matches the prompt")):
            mock.chat(request_)


def test_a_prompt_without_a_rule_names_the_closest(scripted):
    mock = scripted(one('contains = "refund"') + '\n[[rule]]\nname = "s"\ncontains = "weather"\n')
    with pytest.raises(UsageError) as none:
        mock.chat("refnd")
    assert none.value.hint == "the closest is rule 'r' on line 3, but not contains = 'refund'"
    with pytest.raises(UsageError) as unused:
        mock.finish()
    assert unused.value.message.endswith("line 3: rule 'r' matched no prompt")
    assert unused.value.hint == (
        "the closest prompt was 'refnd', but not contains = 'refund';"
        " optional = true lets a rule go unused"
    )


def test_a_rule_behind_one_that_takes_its_prompts_is_told_so(scripted):
    mock = scripted(one('text = "a"') + '\n[[rule]]\nname = "s"\ncontains = "hi"\n')
    mock.chat("hi")
    with pytest.raises(UsageError) as unused:
        mock.finish()
    assert unused.value.hint == "rule 'r' on line 3 took 'hi' before it"


def test_pieces_stream_as_they_are_written_and_limits_cut_them(scripted):
    mock = scripted(one('chunks = ["Hel", "lo ", "all"]'))
    deltas = [e.text for e in mock.stream_chat("x") if isinstance(e, TextDelta)]
    assert deltas == ["Hel", "lo ", "all"]
    cut = mock.chat(ChatRequest.from_prompt("x", params=Params(max_tokens=2)))
    assert (cut.text, cut.finish_reason) == ("Hello ", "length")


def test_virtual_time_is_counted_and_real_time_is_waited_for(scripted):
    lines = ('chunks = ["a", "b"]', "chunk_delay = 30")
    usage = fold(scripted(one(*lines)).stream_chat("x")).usage
    assert (usage.first_token_ms, usage.latency_ms) == (30_000, 60_000)
    began = time.monotonic()
    lines = ('chunks = ["a", "b"]', "chunk_delay = 0.05")
    usage = fold(scripted(one(*lines, time="real")).stream_chat("x")).usage
    assert time.monotonic() - began >= 0.1
    assert (usage.first_token_ms, usage.latency_ms) == (50, 100)


def test_a_fault_strikes_as_often_and_as_likely_as_is_written(scripted):
    mock = scripted(one('fault = "503"', "times = 2"))
    assert [outcome(mock) for _ in range(3)] == ["SERVER", "SERVER", "OK"]
    likely = one('fault = "503"', "probability = 0.5", "seed = 3")
    drawn = [[outcome(mock) for _ in range(20)] for mock in (scripted(likely), scripted(likely))]
    assert drawn[0] == drawn[1]
    assert set(drawn[0]) == {"SERVER", "OK"}


def outcome(mock):
    """Return the name of what comes of a call."""
    try:
        mock.chat("hi")
    except HelloLLMError as error:
        return error.exit_code.name
    return "OK"


@pytest.mark.parametrize("stream", [True, False])
def test_a_stalled_call_can_be_cut_from_another_thread(scripted, stream):
    mock = scripted(one('fault = "headers-then-stall"', time="real"))
    events = mock.stream_chat("hi")
    threading.Timer(0.1, events.close if stream else mock.close).start()
    with pytest.raises(UnreachableError):
        fold(events) if stream else mock.chat("hi")


def test_a_stall_ends_with_the_timeout_of_the_provider(scripted):
    mock = scripted(one('fault = "headers-then-stall"'), timeout=5.0)
    with pytest.raises(HelloLLMError, match=r"^gave up waiting to hear from mock\.invalid$"):
        mock.chat("hi")
