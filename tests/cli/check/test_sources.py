"""Who answers a suite: the mock by a script, and a recording of an earlier run."""

import json
import re

import pytest

from tests.cli.check.suites import asks, on, results
from tests.cli.program import program
from tests.servers import Script

pytestmark = pytest.mark.in_process

HEADS = '{ equals = "heads" }'
KEY = "sk-live-4c1d8f2b7e9a4d60"


def coin(needed):
    return asks("coin", f"repeat = 5\npass = {needed}", HEADS, prompt="coin")


@pytest.mark.parametrize(("needed", "code", "word"), [(3, 0, "flaky"), (4, 1, "fail")])
def test_a_scripted_model_that_is_right_three_times_of_five(suite, script, needed, code, word):
    ended = program("check", suite(coin(needed)), "--script", script)
    assert (ended.code, ended.text.split()[0]) == (code, word)
    told = {3: "3 of 5 attempts passed, 3 of 5 needed", 4: "2 of 4 attempts passed, 4 of 5 needed"}
    assert told[needed] in ended.text


def test_one_script_serves_every_worker_and_model(suite, script):
    models = 'models = ["openai/a", "openai/b"]'
    again = asks("again", f"repeat = 3\npass = 1\n{models}", HEADS, prompt="coin")
    ended = program("check", suite(again), "--script", script, "-j", "4", "--all-attempts")
    passed = re.findall(r"(\d) of 3 attempts passed", ended.text)
    assert (len(passed), sum(map(int, passed))) == (2, 3)


def test_a_suite_can_name_its_script_which_stands_beside_it(suite, script):
    ended = program("check", suite(coin(3), defaults=f'script = "{script.name}"'))
    assert (ended.code, ended.stderr) == (0, "")
    ended = program("check", suite(coin(3), defaults='script = "scrip.toml"'))
    assert ended.code == 2
    assert "suite.toml, line 3" in ended.stderr.splitlines()[0]
    assert ended.stderr.splitlines()[1] == 'hint: did you mean "script.toml"?'


def test_what_is_wrong_in_a_script_is_told_before_any_check(suite, script):
    script.write_text('version = 1\n[[rule]]\nname = "a"\ncontians = "b"\n')
    ended = program("check", suite(asks("a")), "--script", script)
    assert (ended.code, ended.stdout) == (2, b"")
    assert "contians" in ended.stderr


def test_a_rule_that_matched_nothing_fails_a_whole_suite_and_no_part_of_it(suite, script):
    path = suite(asks("greets", expect='{ contains = "hi" }'), coin(3))
    assert program("check", path, "--script", script).code == 0
    part = program("check", path, "--script", script, "--select", "greets")
    assert (part.code, part.stderr) == (0, "")
    path = suite(asks("greets", expect='{ contains = "hi" }'))
    ended = program("check", path, "--script", script)
    assert (ended.code, ended.text.splitlines()[-1].partition(": exit ")[2]) == (2, "2 (USAGE)")
    assert "rule 'coin' matched no prompt" in ended.stderr


def test_a_prompt_that_matches_no_rule_is_an_error_that_names_the_closest(suite, script):
    ended = program("check", suite(coin(3), asks("a", prompt="cone")), "--script", script)
    assert ended.code == 2
    assert "error   a  [mock/echo]  USAGE: no rule of " in ended.text
    assert "| hint: the closest is rule " in ended.text


def test_limits_of_a_script_are_errors_and_never_failures(suite, script, tmp_path):
    script.write_text('version = 1\n[[rule]]\nname = "a"\nfault = "429-then-ok"\ntimes = 9\n')
    report = tmp_path / "report.json"
    path = suite(asks("a", "repeat = 3\npass = 2"), asks("b"), defaults="retries = 0")
    ended = program("check", path, "--script", script, "--report", f"json={report}")
    assert (ended.code, results(report)) == (5, {"a": "error", "b": "error"})


@pytest.fixture
def recorded(suite, openai_server, tmp_path, monkeypatch):
    """A suite, its recording, and the report of the run that was recorded."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    openai_server.play(
        Script(chunks=("yes, ", "indeed")), Script(chunks=("no",)), Script(status=429)
    )
    path = suite(
        asks("a"),
        asks("b", "stream = true", prompt="and you?"),
        asks("c", prompt="once more"),
    )
    tape, report = tmp_path / "tape.jsonl", tmp_path / "live.json"
    flags = ("--record", str(tape), "--report", f"json={report}")
    assert program("check", path, *on(openai_server), *flags).code == 1
    return path, tape, report


def figures(report):
    """Return what has to be the same in a replay."""
    return [
        (check["name"], check["verdict"], [one["reply"] for one in check["attempts"]])
        for check in json.loads(report.read_text())["results"]
    ]


def test_a_recording_answers_a_suite_to_the_same_replies(recorded, openai_server, tmp_path):
    path, tape, live = recorded
    openai_server.close()
    replay = tmp_path / "replay.json"
    flags = ("--provider", "mock", "--model", "openai/x", "--retries", "0")
    ended = program("check", path, *flags, "--replay", tape, "--report", f"json={replay}")
    assert (ended.code, ended.stderr) == (1, "")
    assert figures(replay) == figures(live)
    assert f"--replay {tape}" in ended.text


def test_a_recording_of_a_suite_holds_no_key_and_is_the_user_s_own(recorded):
    _, tape, _ = recorded
    assert KEY not in tape.read_text()
    assert tape.stat().st_mode & 0o777 == 0o600
    assert len(tape.read_text().splitlines()) == 3


def test_workers_replay_at_once_each_with_its_own_answer(suite, openai_server, tmp_path):
    checks = [
        asks(f"c{number}", expect=f'{{ contains = "word {number} " }}', prompt=f"word {number} ?")
        for number in range(12)
    ]
    path, tape = suite(*checks), tmp_path / "tape.jsonl"
    script = tmp_path / "echo.toml"
    script.write_text('version = 1\n[[rule]]\nname = "all"\n')
    assert program("check", path, "--script", script, "--record", tape, "-j", "6").code == 0
    ended = program("check", path, "--replay", tape, "-j", "6")
    assert (ended.code, ended.text.split()[::3].count("pass")) == (0, 12)
    assert openai_server.requests == []


def test_a_prompt_that_was_changed_is_an_error_that_names_it(recorded, suite):
    _, tape, _ = recorded
    path = suite(asks("a", prompt="hello"))
    ended = program("check", path, "--model", "openai/x", "--replay", tape)
    assert ended.code == 2
    assert "messages[0].content" in ended.text


def test_a_recording_is_replayed_by_the_mock_only(recorded):
    path, tape, _ = recorded
    ended = program("check", path, "--provider", "litellm", "--model", "openai/x", "--replay", tape)
    assert (ended.code, ended.stdout) == (2, b"")
    assert "--provider mock --replay FILE" in ended.stderr


def test_a_dry_run_makes_no_recording(suite, tmp_path):
    tape = tmp_path / "tape.jsonl"
    assert program("check", suite(asks("a")), "--record", tape, "--dry-run").code == 0
    assert not tape.exists()


def test_a_key_that_only_the_suite_names_is_shown_nowhere(
    suite, openai_server, tmp_path, monkeypatch
):
    monkeypatch.setenv("ACME", "a-plain-looking-value")
    openai_server.play(Script(chunks=("you sent a-plain-looking-value",)))
    path = suite(asks("a"), defaults='api_key_env = "ACME"')
    tape, report = tmp_path / "tape.jsonl", tmp_path / "report.json"
    flags = ("--record", str(tape), "--report", f"json={report}")
    ended = program("check", path, *on(openai_server), *flags)
    assert openai_server.requests[0].headers["authorization"] == "Bearer a-plain-looking-value"
    shown = ended.text + ended.stderr + tape.read_text() + report.read_text()
    assert "a-plain-looking-value" not in shown
    assert "you sent [redacted]" in ended.text


@pytest.mark.parametrize("where", ["the profile in use", "another profile"])
def test_a_key_that_the_configuration_names_is_shown_nowhere_beside_that_of_the_suite(
    suite, openai_server, tmp_path, monkeypatch, where
):
    monkeypatch.setenv("ACME", "a-plain-looking-value")
    monkeypatch.setenv("OTHER", "another-plain-one")
    openai_server.play(Script(chunks=("it knows another-plain-one",)))
    config = tmp_path / "config.toml"
    config.write_text('version = 1\n[profiles.ci]\n[profiles.own]\napi_key_env = "OTHER"\n')
    profile = "own" if where == "the profile in use" else "ci"
    path = suite(asks("a"), defaults='api_key_env = "ACME"')
    flags = ("--config", config, "--profile", profile)
    ended = program("check", path, *on(openai_server), *flags)
    assert "another-plain-one" not in ended.text + ended.stderr
    assert "it knows [redacted]" in ended.text
