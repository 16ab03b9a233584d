"""A search for secrets takes time in proportion to the text, whoever wrote the text."""

import time
from dataclasses import replace
from itertools import chain

import pytest

from hello_llm.contract import TextDelta
from hello_llm.recording.exchange import Timed
from hello_llm.recording.redaction import redacted
from hello_llm.secrets.redactor import Redactor
from hello_llm.secrets.shapes import SHAPES, likely_keys
from tests.cli.shapes_of_keys import SHAPES as KEYS
from tests.cli.shapes_of_keys import forms
from tests.recording.samples import CUT
from tests.secrets.samples import adversarial, beginnings, samples

SMALL = 4_000
LARGE = 1_000_000
HANG_S = 20.0
"""Far more than it takes on a busy machine, far less than the square of the time."""

SELF_SIMILAR = {"one letter": "a" * 40 + "b", "two letters": "ab" * 30 + "c", "slashes": "/" * 9}
SECRETS = KEYS | SELF_SIMILAR


def seconds(search, text):
    """The processor's time, so that other processes don't count."""
    began = time.thread_time()
    search(text)
    return time.thread_time() - began


def assert_linear(search, texts_of):
    """Compare the time for texts of three sizes; a square would take 16 times as long."""
    for small, middle, large in zip(*map(texts_of, (SMALL, 2 * SMALL, 4 * SMALL)), strict=True):
        if seconds(search, large) > 8 * seconds(search, small) + 0.05:
            # Once more: something may have come in between.
            times = [min(seconds(search, text) for _ in "123") for text in (small, middle, large)]
            assert times[2] <= 8 * times[0] + 0.05, (large[:60], times)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.kind)
def test_the_samples_that_are_tried_are_keys(shape):
    assert any(likely_keys(f"{text}@…") for text in samples(shape.key))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.kind)
def test_the_time_for_every_alternative_of_a_shape_grows_with_the_text(shape):
    def search(text):
        lowered = text.lower()
        return list(shape.spans(text, lowered)), shape.is_in(text, lowered)

    search(" ".join(samples(shape.key)))  # to compile
    assert_linear(search, lambda size: chain(*(adversarial(it, size) for it in beginnings(shape))))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.kind)
def test_a_megabyte_of_what_a_shape_begins_with_is_searched_at_once(shape):
    for piece in {shape.marks[-1], samples(shape.key)[0], f"{samples(shape.key)[0][:-1]}-"}:
        assert seconds(Redactor(), piece * (LARGE // len(piece))) < HANG_S


@pytest.mark.parametrize("name", SECRETS)
def test_the_time_for_every_form_of_a_known_secret_grows_with_the_text(name):
    redact = Redactor([SECRETS[name]])
    redact("to import and compile")
    ended = {form[:-1] + end for form in forms(SECRETS[name]).values() for end in ("", "…", "**")}
    assert_linear(redact, lambda size: [piece * (size // len(piece)) for piece in sorted(ended)])


@pytest.mark.parametrize("name", [*SELF_SIMILAR, "Slack", "quotes and backslashes"])
def test_a_megabyte_of_what_a_known_secret_begins_with_is_searched_at_once(name):
    secret = SECRETS[name]
    redact = Redactor(SECRETS.values())
    for piece in (secret[:-1], f"{secret[:6]}...", f"{secret[:-1]}\\"):
        assert seconds(redact, piece * (LARGE // len(piece))) < HANG_S


@pytest.mark.parametrize(
    "sign", ["\\", "%", "%41", "%2541", " ", "a+", "&", "&#", "&#x41;", "\\u0041", "\\ud83d", "…"]
)
def test_escapes_are_taken_off_in_linear_time(sign):
    redact = Redactor(["p@ss/w0rd"])
    assert_linear(redact, lambda size: [sign * size, f"p@ss/w{sign * size}", f"p{sign}" * size])


@pytest.mark.parametrize("piece", ["eyJ-", "sk-aaaaaaaaaaa ", "a"])
def test_an_answer_in_many_pieces_is_redacted_at_once(piece):
    pieces = tuple(Timed(0.0, TextDelta(piece)) for _ in range(LARGE // 10 // len(piece)))
    exchange = replace(CUT, pieces=pieces)
    assert seconds(lambda one: redacted(one, Redactor()), exchange) < HANG_S
