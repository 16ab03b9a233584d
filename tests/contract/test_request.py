"""A request is the conversation, the model and the parameters, and cannot be changed."""

from dataclasses import FrozenInstanceError, fields

import pytest

from hello_llm.contract import ChatRequest, Message, Params


def test_a_prompt_becomes_one_user_turn():
    assert ChatRequest.from_prompt("hi") == ChatRequest((Message("user", "hi"),), None, Params())


def test_a_system_text_comes_before_the_prompt():
    request = ChatRequest.from_prompt("hi", "be brief", model="m", params=Params(seed=1))
    turns = (Message("system", "be brief"), Message("user", "hi"))
    assert request == ChatRequest(turns, "m", Params(seed=1))


def test_an_empty_system_text_is_a_system_turn():
    assert ChatRequest.from_prompt("hi", "").messages[0] == Message("system", "")


def test_plain_text_is_taken_as_a_prompt_and_a_request_as_it_is():
    request = ChatRequest.from_prompt("hi")
    assert ChatRequest.coerce("hi") == request
    assert ChatRequest.coerce(request) is request


def test_nothing_is_chosen_for_the_server():
    params = Params()
    assert (params.temperature, params.top_p, params.max_tokens, params.seed) == (None,) * 4
    assert params.stop == ()


@pytest.mark.parametrize("value", [Message("user", "hi"), Params(), ChatRequest(())])
def test_a_value_cannot_be_changed_and_has_no_room_for_more(value):
    for field in fields(value):
        with pytest.raises(FrozenInstanceError):
            setattr(value, field.name, None)
    assert not hasattr(value, "__dict__")
