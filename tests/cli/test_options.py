"""The flags of `chat` as its help shows them: whole, each with the default of its setting."""

import re

import pytest

from hello_llm.settings.fields import FIELDS
from tests.cli.program import program


def page(monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    return program("chat", "--help").text


@pytest.mark.parametrize("columns", [60, 80])
def test_every_flag_is_shown_whole(monkeypatch, columns):
    shown = set(re.findall(r"^│ (--[a-z-]+) ", page(monkeypatch, columns), re.MULTILINE))
    flags = {field.flag for field in FIELDS.values() if field.flag is not None}
    others = {
        "--help",
        "--prompt",
        "--prompt-file",
        "--no-stdin",
        "--json",
        "--out",
        "--keep-partial",
    }
    others |= {"--debug", "--profile", "--config", "--dry-run"}
    assert shown == flags | others | {"--record", "--replay", "--replay-timing"}


def test_the_help_tells_the_default_of_every_number_and_choice(monkeypatch):
    remark = r"--([a-z-]+) .*\((?:[^()]+; )?default: ([^)]+)\)"
    told = dict(re.findall(remark, page(monkeypatch, 200)))
    elsewhere = {
        "config": "the user's",
        "replay-timing": "none",
    }
    assert {flag: told.pop(flag) for flag in elsewhere} == elsewhere
    fields = {flag: FIELDS[flag.replace("-", "_")] for flag in told}
    assert {flag: fields[flag].kind.read(words) for flag, words in told.items()} == {
        field.key.replace("_", "-"): field.default
        for field in FIELDS.values()
        if field.flag is not None and isinstance(field.default, int | float | str)
        if not isinstance(field.default, bool)
    }


def test_no_flag_sets_a_proxy_or_trusts_a_certificate(monkeypatch):
    shown = page(monkeypatch, 80)
    assert "proxy" not in shown
    assert "ca-file" not in shown
    ended = program("chat", "hi", "--proxy", "http://127.0.0.1:9")
    assert ended.code == 2
    assert ended.stderr == (
        "error: there is no option --proxy\n"
        "hint: proxy is set in the file: hello-llm config set proxy VALUE\n"
    )
