"""Every turn of a conversation takes from the same money."""

import pytest

from hello_llm.calls.turns import open_turns
from hello_llm.contract import BudgetError, Finished, Message
from hello_llm.settings.resolve import resolve
from tests.servers import OpenAI, Script, ScriptedServer, Tokens


def test_a_turn_that_the_rest_does_not_pay_for_is_refused(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    given = {"model": "openai/gpt-4o-mini", "max_tokens": 50, "max_cost": 0.0003}
    asked = (Message("user", "hi"),)
    with ScriptedServer(OpenAI(), Script(usage=Tokens(1000, 20))) as server:
        settings = resolve({**given, "api_base": f"{server.url}/v1"})
        with open_turns(settings, str, print, command="chat") as make:
            for _ in range(2):
                *_, last = make(asked)
                assert isinstance(last, Finished)
                assert last.reply.usage.usd_nanos == 162_000
            with pytest.raises(BudgetError) as refused:
                list(make(asked))
    assert len(server.requests) == 2
    assert "$0.000324 is spent" in refused.value.message
