"""A reply says what is known and leaves open what is not."""

from dataclasses import FrozenInstanceError, asdict, fields

import pytest

from hello_llm.contract import LLMReply, ToolCall, Usage


def test_usage_has_the_normalised_keys_first_and_claims_nothing_by_itself():
    assert list(asdict(Usage()).items()) == [
        ("tokens_in", None),
        ("tokens_out", None),
        ("latency_ms", None),
        ("usd_micros", None),
        ("first_token_ms", None),
        ("tokens_cached", None),
        ("tokens_reasoning", None),
        ("estimated", False),
        ("price_source", None),
        ("usd_nanos", None),
    ]


def test_a_reply_is_complete_after_one_attempt_unless_it_says_otherwise():
    assert asdict(LLMReply("hi", "mock", "m", Usage(), "stop")) == {
        "text": "hi",
        "provider": "mock",
        "model": "m",
        "usage": asdict(Usage()),
        "finish_reason": "stop",
        "complete": True,
        "attempts": 1,
        "request_id": None,
        "reasoning": None,
        "tool_calls": (),
        "failures": (),
        "end_marked": True,
        "model_served": None,
        "also_served": (),
    }


@pytest.mark.parametrize(
    "value", [Usage(), ToolCall("1", "f", "{}"), LLMReply("", "mock", "m", Usage(), None)]
)
def test_a_value_cannot_be_changed_and_has_no_room_for_more(value):
    for field in fields(value):
        with pytest.raises(FrozenInstanceError):
            setattr(value, field.name, None)
    assert not hasattr(value, "__dict__")
