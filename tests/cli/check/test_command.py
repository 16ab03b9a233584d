"""``check`` on real servers: what is shown, what is reported, and what the process ends with."""

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hello_llm.prices.output_limit import USUAL_TOKENS
from tests.cli.check.suites import asks, on, results
from tests.cli.program import program
from tests.servers import Script

pytestmark = pytest.mark.in_process

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
YES, NO = Script(chunks=("yes",)), Script(chunks=("no",))
LIMITED = Script(status=429)


def test_the_example_passes_on_the_mock():
    ended = program("check", EXAMPLES / "smoke.toml", "--provider", "mock")
    assert (ended.code, ended.stderr) == (0, "")
    *lines, last = ended.text.splitlines()
    assert [line.split()[0] for line in lines] == ["pass"] * 20
    assert last.startswith("20 checks: 19 passed, 1 quarantined in 0.")


def test_a_failure_shows_the_difference_the_answer_and_how_to_see_it_again(suite):
    path = suite(asks("greets"), asks("is exact", expect='{ equals = "a\\nb" }'))
    ended = program("check", path)
    assert ended.code == 1
    replay = f"run again: hello-llm check {path} --select greets --provider mock"
    assert ended.text.startswith(
        "fail    greets  [mock/echo]\n"
        "    | contains:\n"
        '    |   - expected: a text with "yes"\n'
        "    |   + got:      Hello! You said: hi\n"
        "    | answer:\n"
        "    |   Hello! You said: hi\n"
        f"    | {replay}\n"
    )
    assert "    |   -a\n    |   -b\n    |   +Hello! You said: hi\n" in ended.text
    assert re.search(
        r"2 checks: 0 passed, 2 failed in .* s: exit 1 \(CHECK_FAILED\)\n$", ended.text
    )


def test_an_answer_cannot_act_on_the_terminal(suite, openai_server):
    openai_server.play(Script(chunks=("\x1b]0;pwned\x07no",)))
    ended = program("check", suite(asks("a")), *on(openai_server))
    assert b"\x1b" not in ended.stdout
    assert "␛]0;pwned␇no" in ended.text


@pytest.mark.parametrize(("needed", "code", "word"), [(3, 0, "flaky"), (4, 1, "fail")])
def test_three_right_answers_of_five(suite, openai_server, needed, code, word):
    openai_server.play(YES, NO, YES, NO, YES)
    path = suite(asks("a", f"repeat = 5\npass = {needed}"))
    ended = program("check", path, *on(openai_server))
    assert (ended.code, ended.text.split()[0]) == (code, word)


def test_one_check_that_never_passes_fails_the_suite(suite, openai_server):
    never = asks("b", "repeat = 10\npass = 1", expect='{ contains = "maybe" }')
    openai_server.play(YES)
    ended = program("check", suite(asks("a"), never, asks("c")), *on(openai_server))
    assert ended.code == 1
    assert "fail    b  [openai/x]  0 of 10 attempts passed, 1 of 10 needed" in ended.text
    assert "3 checks: 2 passed, 1 failed" in ended.text


@pytest.mark.parametrize(
    ("script", "code", "name"),
    [
        (LIMITED, 5, "RATE_LIMITED"),
        (Script(status=503), 8, "SERVER"),
        (Script(status=401), 3, "AUTH"),
    ],
)
def test_a_suite_with_only_errors_ends_with_their_code(
    suite, openai_server, tmp_path, script, code, name
):
    openai_server.play(YES, script)
    report = tmp_path / "report.json"
    path = suite(asks("a"), asks("b", "repeat = 3\npass = 2"))
    ended = program("check", path, *on(openai_server), "--report", f"json={report}")
    assert (ended.code, results(report)) == (code, {"a": "pass", "b": "error"})
    assert f"error   b  [openai/x]  0 of 2 attempts passed, 2 of 3 needed  {name}: " in ended.text
    assert "1 in error in " in ended.text
    assert f"exit {code} ({name})" in ended.text


def test_one_wait_pauses_every_lane(suite, openai_server):
    openai_server.play(Script(status=429, headers=(("Retry-After", "1"),)), YES)
    checks = [asks(f"c{number}") for number in range(6)]
    started = time.monotonic()
    ended = program("check", suite(*checks), *on(openai_server), "--retries", "1", "-j", "2")
    assert time.monotonic() - started >= 1.0
    assert (ended.code, len(openai_server.requests)) == (0, 7)


def test_lanes_share_an_address_and_cut_each_other_s_calls_never(suite, openai_server):
    openai_server.play(Script(chunks=("yes",) * 3, delay_s=0.02))
    checks = [asks(f"c{number}") for number in range(24)]
    ended = program("check", suite(*checks), *on(openai_server), "-j", "8")
    assert (ended.code, len(openai_server.requests)) == (0, 24)
    names = [line.split()[1] for line in ended.text.splitlines()[:-1]]
    assert names == [f"c{number}" for number in range(24)]


def test_models_on_the_command_line_replace_those_of_the_suite(suite):
    path = suite(asks("a", 'models = ["mock/one"]', expect='{ contains = "hi" }'))
    ended = program("check", path, "--model", "mock/two", "--model", "mock/three")
    assert re.findall(r"\[(.+?)\]", ended.text) == ["mock/two", "mock/three"]


@pytest.mark.parametrize(
    ("checks", "flags", "message"),
    [
        ([asks("a", "temprature = 1")], (), 'unknown key "temprature" in check "a"'),
        (['name = "a"\npromt = "hi"\nexpect = { json = true }'], (), 'unknown key "promt" in'),
        (['nmae = "a"\nprompt = "hi"\nexpect = { json = true }'], (), 'unknown key "nmae"'),
        ([asks("a"), asks("a")], (), 'there are two checks called "a"'),
        ([asks("a", 'model = "opnai/x"')], (), "unknown vendor 'opnai'"),
        ([asks("a")], ("--model", "opnai/x"), "unknown vendor 'opnai'"),
        ([asks("a")], ("--select", "b"), '--select "b" selects no check'),
        ([asks("a")], ("-j", "0"), "--jobs must be a whole number from 1 to 256, not 0"),
        ([asks("a")], ("--report", "jnit=x"), 'there is no report "jnit"'),
        ([asks("a")], ("--report", "junit=absent/x"), 'there is no folder "absent"'),
        ([asks("a", 'profile = "ci"')], (), 'there is no profile "ci"'),
    ],
)
def test_a_mistake_is_told_before_any_call(suite, openai_server, checks, flags, message):
    where = ("--provider", "litellm", "--api-base", f"{openai_server.url}/v1")
    ended = program("check", suite(*checks, defaults='model = "openai/x"'), *where, *flags)
    assert (ended.code, ended.stdout, openai_server.requests) == (2, b"", [])
    assert ended.stderr.startswith("error: ")
    assert message in ended.stderr


def test_no_model_is_a_mistake_too(suite):
    ended = program("check", suite(asks("a")), "--provider", "litellm")
    assert (ended.code, ended.stderr.splitlines()[0]) == (2, 'error: check "a" names no model')


def how(tokens_out):
    limit = "max_tokens" if tokens_out == 10 else "the model's limit"
    return (
        "305 tokens in (33 bytes and 272 for the template) at $0.25 a million (input, priority),"
        f" {tokens_out:,} tokens out ({limit}) at $1 a million (output, priority)"
    )


def test_list_and_dry_run_send_nothing(suite, openai_server):
    path = suite(asks("a", 'tags = ["quick"]'), asks("b", "repeat = 3\nmax_tokens = 10"))
    where = ("--provider", "litellm", "--model", "openai/gpt-4o-mini")
    listed = program("check", path, "--list")
    assert (listed.code, listed.text) == (0, "a  (quick)\nb\n")
    planned = program("check", path, *where, "--api-base", openai_server.url, "--dry-run")
    assert planned.code == 0
    assert planned.text.splitlines() == [
        f"a  [openai/gpt-4o-mini]  1 x litellm  at most 0.01646025 USD: {how(16_384)}",
        f"b  [openai/gpt-4o-mini]  up to 3 x litellm  at most 0.00025875 USD: {how(10)}",
        "2 checks, at most 4 calls, not counting retries: at most 0.016719 USD",
    ]
    assert openai_server.requests == []
    priceless = program("check", path, *on(openai_server), "--select", "b", "--dry-run")
    assert "cost unknown: neither the price list nor the configuration" in priceless.text


@pytest.mark.parametrize(
    ("head", "flags"),
    [
        ("", ("--max-cost", "0.00108")),
        ("max_cost = 0.00108", ()),
        ("max_cost = 9", ("--max-cost", "0.00108")),
    ],
)
def test_the_budget_ends_the_suite_with_its_code(suite, openai_server, tmp_path, head, flags):
    openai_server.play(YES)
    where = ("--provider", "litellm", "--model", "openai/gpt-4o-mini", "--retries", "0")
    report = tmp_path / "report.json"
    path = suite(asks("a"), asks("b"), defaults="max_tokens = 1000")
    path.write_text(f"{head}\n{path.read_text()}")
    base = ("--api-base", f"{openai_server.url}/v1", "--report", f"json={report}")
    ended = program("check", path, *where, *base, *flags)
    assert (ended.code, results(report)) == (12, {"a": "pass", "b": "skipped"})
    assert (
        "skipped b  [openai/gpt-4o-mini]  not tried: $0.0000042 of $0.00108 is spent,"
        " and another attempt may cost $0.00107625\n"
    ) in ended.text


def test_a_budget_that_cannot_be_kept_is_refused(suite, openai_server):
    ended = program("check", suite(asks("a")), *on(openai_server), "--max-cost", "1")
    assert (ended.code, openai_server.requests) == (12, [])
    assert 'max_cost cannot be kept for check "a" on openai/x: neither the price' in ended.stderr
    assert 'in the configuration, [models."openai/x"]' in ended.stderr


def test_a_check_without_a_limit_gets_one_while_there_is_a_budget(suite, openai_server):
    openai_server.play(YES)
    where = ("--provider", "litellm", "--model", "openai/gpt-4o-mini")
    base = ("--api-base", f"{openai_server.url}/v1", "--max-cost", "1", "--retries", "0")
    assert program("check", suite(asks("a")), *where, *base).code == 0
    (request,) = openai_server.requests
    assert request.json()["max_tokens"] == USUAL_TOKENS


def test_only_what_did_not_pass_is_run_again(suite, tmp_path):
    report = tmp_path / "report.json"
    path = suite(asks("a", expect='{ contains = "hi" }'), asks("b"))
    assert program("check", path, "--report", f"json={report}").code == 1
    again = program("check", path, "--rerun-failed", report)
    assert again.text.splitlines()[-1].startswith("1 check: 0 passed, 1 failed")


def test_quiet_leaves_what_did_not_pass_and_the_summary(suite):
    path = suite(asks("a", expect='{ contains = "hi" }'), asks("b"))
    lines = program("check", path, "-q").text.splitlines()
    assert (lines[0].split()[:2], lines[-1].split()[0]) == (["fail", "b"], "2")


def test_every_report_is_written_though_a_check_failed(suite, tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    kinds = ("junit", "json", "tap", "md")
    wanted = [f"{kind}={tmp_path / kind}" for kind in kinds] + ["github"]
    flags = [word for text in wanted for word in ("--report", text)]
    ended = program("check", suite(asks("a")), *flags)
    assert ended.code == 1
    assert all((tmp_path / kind).stat().st_size for kind in kinds)
    assert "::error" in ended.text
    assert summary.stat().st_size


def test_the_mock_never_loads_litellm(suite):
    code = "import sys; from hello_llm.cli.app import run; c = run(sys.argv[1:]); "
    code += "sys.exit('litellm' in sys.modules or c)"
    path = suite(asks("a", expect='{ contains = "hi" }'))
    done = subprocess.run([sys.executable, "-c", code, "check", path], check=False)
    assert done.returncode == 0
