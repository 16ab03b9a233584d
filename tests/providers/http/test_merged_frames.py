"""Frames that arrive together reach LiteLLM as few frames, with the same content in the same order.

A protocol's frames are given as what the model says; what LiteLLM reads is compared as that again.
"""

import json
from dataclasses import dataclass
from itertools import accumulate, chain, groupby, islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.providers.http.protocols.piece import UnreadableAnswerError
from hello_llm.providers.http.response_tap import ErrorInAnswerError, ResponseTap
from tests.providers.http.frame_writers import WRITERS, event, framing, written

PROTOCOLS = sorted(WRITERS)


@dataclass
class Outcome:
    """What came of an answer."""

    passed: list[bytes]
    tap: ResponseTap
    error: Exception | None

    @property
    def content(self):
        """What LiteLLM reads of it, with adjacent text joined."""
        framed = b"".join(self.passed)
        values = [one.removeprefix(b"data: ") for one in framed.split(b"\n") if one]
        found = [said_in(json.loads(one)) for one in values if one != b"[DONE]"]
        # JSON turns two halves of a character into the whole one.
        return [
            (kind, utf16(run) if kind == "text" else run)
            for kind, group in groupby(found, key=lambda one: one[0])
            for run in [[said for _, said in group]]
        ]

    @property
    def known(self):
        """What the rest of the program learns from the tap."""
        answer, tap = self.tap.answer, self.tap
        return (
            (answer.reason, answer.usage, answer.text_units, answer.ended, answer.complete),
            (tap.pieces, tap.size, tap.complete),
            (type(self.error), str(self.error)),
        )


def utf16(texts):
    return b"".join(text.encode("utf-16-le", "surrogatepass") for text in texts)


def said_in(value):
    """The text of a frame for LiteLLM, or the frame itself if it has something else."""
    match value:
        case {"choices": [{"delta": {"content": text, **rest}}]} if not rest:
            return "text", text
        case {"delta": {"type": "text_delta", "text": text}}:
            return "text", text
        case {"candidates": [{"content": {"parts": [{"text": text, **rest}]}}], **more} if (
            not rest and not more
        ):
            return "text", text
        case {"message": {"role": _, "content": text, **rest}, "done": False} if not rest:
            return "text", text
        case {"delta": {"message": {"content": {"text": text}}}}:
            return "text", text
    return "other", value


def outcome(vendor, reads):
    tap = ResponseTap(clock=lambda: 0.0)
    passed: list[bytes] = []
    try:
        passed.extend(tap.watch(iter(reads), framing(vendor), vendor))
    except (UnreadableAnswerError, ErrorInAnswerError) as error:
        return Outcome(passed, tap, error)
    return Outcome(passed, tap, None)


SHOWN = {"role": "", "usage": "", "comment": "", "not UTF-8": "\ufffd\ufffd"}

TEXTS = st.one_of(
    st.sampled_from(
        ["", " ", "\ud83d", "\ude00", "\r\n", "\u2028", "<", "think>", "</", "<think>"]
    ),
    st.text(max_size=5),
)
KINDS = st.sampled_from(
    [*["text"] * 8, "role", "reasoning", "tool call", "usage", "comment", "not UTF-8"]
)
LAST = st.sampled_from(["end", "end", "end", "text", "error", "not JSON", "a number"])
FRAMES = st.builds(
    lambda most, last: [*most, (last, "bye")],
    st.lists(st.tuples(KINDS, TEXTS), max_size=12),
    LAST,
)


@st.composite
def answers(draw):
    """A vendor, the bytes of each frame of an answer, and where the reads of its body end."""
    vendor = draw(st.sampled_from(PROTOCOLS))
    frames = list(written(vendor, draw(FRAMES)))
    size = sum(map(len, frames))
    cuts = draw(st.lists(st.integers(0, size), max_size=6))
    return vendor, frames, sorted(cuts)


@given(answers())
def test_an_answer_is_the_same_however_its_frames_arrive(answer):
    vendor, frames, cuts = answer
    body = b"".join(frames)
    reads = [body[start:end] for start, end in pairwise([0, *cuts, len(body)])]
    alone, together = outcome(vendor, frames), outcome(vendor, reads)
    assert together.content == alone.content
    assert together.known == alone.known


ARRIVED = st.tuples(
    st.sampled_from(["text", "text", "text", "role", "usage", "comment", "not UTF-8"]),
    st.text(max_size=5),
)


@given(st.sampled_from(PROTOCOLS), st.lists(st.lists(ARRIVED, min_size=1, max_size=4), max_size=5))
def test_everything_that_has_arrived_is_passed_on_before_the_next_read(vendor, groups):
    groups = [[("text", "A")], *groups]  # so that no reasoning can begin
    frames = iter(list(written(vendor, chain.from_iterable(groups))))
    passed: list[bytes] = []
    due: list[str] = []

    def reads():
        for group in groups:
            yield b"".join(islice(frames, len(group)))
            due.extend(said if kind == "text" else SHOWN[kind] for kind, said in group)
            assert text_of(passed) == utf16(due)

    passed.extend(ResponseTap(clock=lambda: 0.0).watch(reads(), framing(vendor), vendor))


def outcome_so_far(vendor, frames):
    """What has been passed on when another read would be next, each frame in its own."""
    passed: list[bytes] = []
    seen: list[bytes] = []

    def reads():
        yield from frames
        seen.extend(passed)

    try:
        passed.extend(ResponseTap(clock=lambda: 0.0).watch(reads(), framing(vendor), vendor))
    except (UnreadableAnswerError, ErrorInAnswerError):
        return seen
    return seen


def text_of(passed):
    content = Outcome(list(passed), ResponseTap(), None).content
    return b"".join(said for kind, said in content if kind == "text")


@pytest.mark.parametrize("vendor", PROTOCOLS)
def test_a_run_of_text_that_arrives_together_is_one_frame(vendor):
    said = [f"{number} " for number in range(1000)]
    frames = list(written(vendor, [("text", one) for one in said]))
    alone, together = outcome(vendor, frames), outcome(vendor, [b"".join(frames)])
    assert (len(alone.passed), len(together.passed)) == (1000, 1)
    assert together.content == alone.content == [("text", utf16(said))]
    assert together.tap.pieces == alone.tap.pieces == 1000


@pytest.mark.parametrize("vendor", PROTOCOLS)
@pytest.mark.parametrize("between", ["reasoning", "tool call"])
def test_text_stays_in_its_place_around_other_output(vendor, between):
    if (vendor, between) == ("cohere", "reasoning"):
        pytest.skip("LiteLLM reads no reasoning from Cohere")
    said = [("text", "a"), ("text", "b"), (between, "x"), ("text", "c"), ("text", "d")]
    kinds = [
        (kind, len(run) // 2 if kind == "text" else 0)
        for kind, run in outcome(vendor, [b"".join(written(vendor, said))]).content
    ]
    assert kinds == [("text", 2), ("other", 0), ("text", 2)]


ALONE = {
    "openai": b'data: {"id": "chatcmpl-1", "created": 0, "model": "model", "object": '
    b'"chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "\\u00e9"}, '
    b'"finish_reason": null}]}\n\n',
    "anthropic": b'data: {"type": "content_block_delta", "index": 0, "delta": {"type": '
    b'"text_delta", "text": "\\u00e9"}}\n\n',
    "gemini": b'data: {"candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": '
    b'"\\u00e9"}]}}]}\n\n',
    "ollama_chat": b'{"model": "model", "message": {"role": "assistant", "content": "\\u00e9"}, '
    b'"done": false}\n',
    "cohere": b'{"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": '
    b'"\\u00e9"}}}}\n',
}
ALONE |= dict.fromkeys(["mistral", "responses"], ALONE["openai"])


@pytest.mark.parametrize("vendor", PROTOCOLS)
def test_a_frame_that_arrives_alone_is_passed_on_at_once_and_in_its_own_form(vendor):
    frames = list(written(vendor, [("text", "é")] * 3))
    assert outcome_so_far(vendor, frames) == [ALONE[vendor]] * 3


def test_what_only_litellm_can_read_is_not_merged():
    frames = [event({"outputs": [{"text": one}]}) for one in "abc"]
    passed = outcome("petals", [b"".join(frames)]).passed
    assert passed == frames


@pytest.mark.parametrize("vendor", PROTOCOLS)
def test_text_that_arrived_with_an_error_is_passed_on_before_it(vendor):
    frames = written(vendor, [("text", "a"), ("text", "b"), ("error", "")])
    found = outcome(vendor, [b"".join(frames)])
    assert isinstance(found.error, ErrorInAnswerError)
    assert found.content == [("text", utf16("ab"))]


def test_every_vendor_protocol_is_compared():
    from hello_llm.providers.http.protocols import _OWN_PROTOCOLS

    assert {name.removesuffix("_chat") for name in _OWN_PROTOCOLS} <= {
        name.removesuffix("_chat") for name in PROTOCOLS
    }


def test_the_frames_of_one_read_are_not_joined_with_those_of_the_next():
    frames = list(written("openai", [("text", one) for one in "abcdef"]))
    reads = [b"".join(frames[start:end]) for start, end in pairwise(accumulate([0, 2, 3, 1]))]
    assert len(outcome("openai", reads).passed) == 3
