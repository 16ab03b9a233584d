"""A search outside a run of checks can be stopped, and leaves the pool of use."""

import pytest

from hello_llm.contract import ChatRequest, UsageError
from hello_llm.judge.matching import EndlessSearchError, is_found
from hello_llm.providers.mock import matching
from hello_llm.providers.mock.scripted import ScriptedMock

ENDLESS, PROMPT = "^(a+)+$", "a" * 60 + "!"


@pytest.mark.parametrize(("pattern", "found"), [("^B", False), ("(?i)^B", True), ("n.n", True)])
def test_what_is_found_is_told_apart_from_what_is_not(pattern, found):
    assert is_found(pattern, "banana", 60) is found


def test_regex_time_a_search_that_does_not_end_is_an_error_and_the_next_one_is_made():
    with pytest.raises(EndlessSearchError):
        is_found(ENDLESS, PROMPT, 0.2)
    assert is_found("a+", PROMPT, 60)


def test_regex_time_a_rule_of_a_script_that_does_not_end_is_named_with_its_line(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(matching, "_SEARCH_S", 0.2)
    script = tmp_path / "script.toml"
    script.write_text(f"version = 1\n[[rule]]\nname = 'r'\nregex = '{ENDLESS}'\ntext = 'x'\n")
    provider = ScriptedMock(script=script)
    with pytest.raises(UsageError, match="the regex of rule 'r', line 2"):
        provider.chat(ChatRequest.from_prompt(PROMPT))
    assert provider.chat(ChatRequest.from_prompt("aaa")).text == "x"
