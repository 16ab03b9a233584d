"""No key gets into the ledger, whoever puts it into the name of a model."""

import json

import pytest

from tests.cli.program import program
from tests.servers import Script

KEY = "correct-horse-battery-42x"
ANSWER = {
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}
    ]
}


def recorded(home):
    """Return the bytes of all files of the ledger."""
    return b"".join(file.read_bytes() for file in home.rglob("ledger.sqlite3*"))


@pytest.mark.parametrize(
    ("asked", "served"),
    [("tiny", KEY), ("tiny", f"gpt-4o-mini-{KEY}"), (KEY, "tiny"), (f"tiny-{KEY}", "tiny")],
)
def test_a_key_in_the_name_of_a_model_is_not_recorded(
    home, openai_server, monkeypatch, asked, served
):
    monkeypatch.setenv("LLM_KEY", KEY)
    openai_server.play(Script(body=json.dumps(ANSWER | {"model": served}).encode()))
    base = ("--api-base", f"{openai_server.url}/v1", "--api-key-env", "LLM_KEY")
    ended = program("chat", "hi", "--model", f"openai/{asked}", *base, "--no-stream", "--ledger")
    assert (ended.code, ended.text) == (0, "Hi\n")
    assert KEY.encode() not in recorded(home)
    assert b"openai/" in recorded(home)
    for form in ("--csv", "--json"):
        told = program("spend", "--by", "model", form)
        assert (told.code, KEY in told.text) == (0, False)
