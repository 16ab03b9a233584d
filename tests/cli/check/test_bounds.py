"""No check takes longer, or more, than it may, whatever its assertions compute."""

import json
import re
import signal
import subprocess
import sys

import pytest

from hello_llm.judge import pool
from tests.cli.check.processes import LONGEST_WAIT_S, alive, below, until
from tests.cli.check.suites import results
from tests.cli.program import COMMAND, program

pytestmark = [
    pytest.mark.in_process,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux tells of them"),
]

MANY_AS = "a" * 60 + "!"
REGEX_TIME = {
    "regex": ('regex = "^(a+)+$"', MANY_AS),
    "not-regex": ('not_regex = "^(a|a)+$"', MANY_AS),
    "long-regex": ('regex = "a*a*a*a*a*a*a*b"', "a" * 20_000),
    "schema-pattern": ('json_schema = { pattern = "^(a+)+$" }', json.dumps(MANY_AS)),
    "schema-names": (
        'json_schema = { patternProperties = { "^(a+)+$" = {} } }',
        json.dumps({MANY_AS: 1}),
    ),
}
SCHEMA_TIME = {
    "exponential": ('json_schema = "schema.json"', "3"),
    "unique-items": (
        "json_schema = { uniqueItems = true }",
        json.dumps([{"a": [number, {}]} for number in range(10_000)] + [None, 1]),
    ),
}
EXEC_TIME = {
    "yes": 'exec = ["yes"]',
    "sleep": 'exec = ["sleep", "1000"]',
    "deaf": """exec = ["sh", "-c", "trap '' TERM INT HUP; while :; do sleep 1; done"]""",
    "stopped": 'exec = ["sh", "-c", "kill -STOP $$"]',
    "silent": 'exec = ["sh", "-c", "exec 0<&- 1>&- 2>&-; sleep 1000"]',
    "escapes": 'exec = ["sh", "-c", "(setsid sleep 1000 &) ; setsid sleep 1000"]',
}
TIME = {
    **{f"regex-time-{name}": case for name, case in REGEX_TIME.items()},
    **{f"schema-time-{name}": case for name, case in SCHEMA_TIME.items()},
    **{f"exec-bounds-{name}": (expect, "x" * 200_000) for name, expect in EXEC_TIME.items()},
}
TIMES = pytest.mark.parametrize(("expect", "answer"), TIME.values(), ids=TIME)


@TIMES
def test_an_assertion_ends_with_the_deadline_of_its_attempt(asking, expect, answer):
    ended = program("check", asking(expect, answer, "timeout = 0.7"))
    assert ended.code == 7, ended.text
    key = expect.partition(" ")[0]
    assert f"TIMEOUT: {key} was not decided within 0.7 s (the total deadline)" in ended.text


@TIMES
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_and_leaves_no_process(asking, tmp_path, number, code, expect, answer):
    report = tmp_path / "report.json"
    path = asking(expect, answer, "timeout = 0")
    command = [*COMMAND, "check", path, "--report", f"json={report}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        processes = _at_work(run.pid, programs=expect.startswith("exec"))
        run.send_signal(number)
        _, err = run.communicate(timeout=LONGEST_WAIT_S)
    assert (run.returncode, err) == (code, b"")
    assert results(report) == {"a": "skipped"}
    until(lambda: not any(map(alive, processes)))


@pytest.mark.parametrize("name", ["regex-time-regex", "exec-bounds-escapes"])
def test_the_end_of_the_run_by_force_leaves_no_process(asking, name):
    expect, answer = TIME[name]
    path = asking(expect, answer, "timeout = 0")
    with subprocess.Popen([*COMMAND, "check", path], stdout=subprocess.PIPE) as run:
        processes = _at_work(run.pid, programs=expect.startswith("exec"))
        run.kill()
    until(lambda: not any(map(alive, processes)))


def _at_work(run, *, programs):
    """Wait until something is judged below `run`, and return the processes there."""
    judging = 3 if programs else 2  # the supervisor, its worker, and a program

    def computing():
        found = below(run)
        return len(found) >= judging and (programs or max(found.values()) > 1.2)

    until(computing)
    return below(run)


def test_exec_bounds_nothing_outlives_a_judge_that_has_answered(asking, tmp_path):
    pids = tmp_path / "pids"
    script = f"sleep 1000 & echo $! >>{pids}; setsid sleep 1000 & echo $! >>{pids}; cat >/dev/null"
    ended = program("check", asking(f"exec = {json.dumps(['sh', '-c', script])}", "x" * 200_000))
    assert ended.code == 0, ended.text
    assert not any(map(alive, map(int, pids.read_text().split())))


@pytest.mark.parametrize("script", ["exit 0", "head -c 3 >/dev/null", "exec 0<&-; sleep 0.1"])
def test_exec_bounds_a_judge_need_not_read_the_answer(asking, script):
    ended = program("check", asking(f"exec = {json.dumps(['sh', '-c', script])}", "x" * 200_000))
    assert ended.code == 0, ended.text


@pytest.mark.parametrize(
    "script",
    [
        "x = [bytearray(b'a') * (1 << 26) for _ in range(1 << 20)]",
        (
            "import os, time\nif os.fork() and os.fork(): os.wait()\n"
            "x = bytearray(b'a') * (3 << 29)\ntime.sleep(1000)"
        ),
    ],
    ids=["one", "several"],
)
def test_exec_bounds_memory(asking, script):
    command = json.dumps([sys.executable, "-c", script])
    ended = program("check", asking(f"exec = {command}", "x", "timeout = 0"))
    assert ended.code == 1, ended.text
    assert "MemoryError" in ended.text or "it takes more than 2 GiB of memory" in ended.text


def test_exec_bounds_the_start_of_what_a_judge_says_is_kept(asking):
    script = "yes no | head -c 10000000; exit 3"
    ended = program("check", asking(f"exec = {json.dumps(['sh', '-c', script])}", "x"))
    assert (ended.code, "got:      exit code 3: no" in ended.text) == (1, True)


SECRETS = {
    "OPENAI_API_KEY": "sk-0123456789abcdefghij",
    "SOME_TOKEN": "abcdefgh",
    "COPY": "see abcdefgh",
    "SERVER": "my-own-server-key",
    "HTTPS_PROXY": "http://me:hunter2x@127.0.0.1:9",
}
PUBLIC = {"LANG": "C.UTF-8", "COLOR_OF_TEST": "green"}


@pytest.fixture
def environ(monkeypatch):
    """Secrets, and what is none, in the environment of the run."""
    for name, value in {**SECRETS, **PUBLIC}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("environ")
@pytest.mark.parametrize("wanted", [[], ["SOME_TOKEN"], ["OPENAI_API_KEY", "COLOR_OF_TEST"]])
def test_exec_bounds_a_judge_gets_the_secrets_that_are_named(asking, tmp_path, wanted):
    code = "import os, json; json.dump(dict(os.environ), open('environ', 'w'))"
    expect = f"exec = {json.dumps([sys.executable, '-c', code])}"
    more = f'api_key_env = "SERVER"\nexec_env = {json.dumps(wanted)}'
    ended = program("check", asking(expect, "x", more))
    assert ended.code == 0, ended.text
    environ = json.loads((tmp_path / "environ").read_text())
    assert environ.keys() & SECRETS.keys() == SECRETS.keys() & set(wanted)
    assert PUBLIC.items() <= environ.items()


@pytest.mark.usefixtures("environ")
def test_exec_bounds_a_judge_gets_no_key_of_another_profile(asking, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('version = 1\n[profiles.other]\napi_key_env = "SERVER"\n')
    expect = 'exec = ["sh", "-c", "test -z \\"$SERVER\\""]'
    assert program("check", asking(expect, "x"), "--config", config).code == 0


@pytest.mark.usefixtures("environ")
def test_exec_bounds_no_process_of_the_judge_shows_a_secret(asking):
    script = "for p in $$ $PPID $(ps -o ppid= -p $PPID); do tr '\\0' '\\n' </proc/$p/environ; done"
    expect = f"exec = {json.dumps(['sh', '-c', f'{script} | grep abcdefgh; test $? = 1'])}"
    ended = program("check", asking(expect, "x"))
    assert ended.code == 0, ended.text


def test_exec_bounds_a_variable_that_is_not_set_is_told(asking):
    ended = program("check", asking('exec = ["true"]', "x", 'exec_env = ["ABSENT_VARIABLE"]'))
    assert (ended.code, ended.stderr.splitlines()) == (
        2,
        [
            'error: check "a" passes ABSENT_VARIABLE to its program, but it is not set',
            "hint: export ABSENT_VARIABLE=…, or remove it from exec_env",
        ],
    )


@pytest.mark.parametrize(
    "names", ['"JUDGE_TOKEN"', '["A=B"]', '["sk-0123456789abcdefghij"]', "[1]"]
)
def test_exec_bounds_what_names_no_variable_is_told_with_its_line(asking, names):
    ended = program("check", asking('exec = ["true"]', "x", f"exec_env = {names}"))
    assert ended.code == 2
    assert re.search(r"line 4, column 1: exec_env in \[defaults\] must be ", ended.stderr)
    assert "0123456789" not in ended.stderr


@pytest.mark.usefixtures("environ")
def test_exec_bounds_what_is_passed_is_not_shown(asking):
    expect = """exec = ["sh", "-c", "echo $SOME_TOKEN; exit 1"]"""
    ended = program("check", asking(expect, "x", 'exec_env = ["SOME_TOKEN"]'))
    assert (ended.code, "abcdefgh" in ended.text, "[redacted]" in ended.text) == (1, False, True)


def test_texts_and_figures_need_no_other_process(asking, monkeypatch):
    monkeypatch.setattr(pool, "JudgeProcess", None)
    expect = 'contains = "x"\nmax_chars = 3\njson = false\nstarts_with = "x"'
    assert program("check", asking(expect, "x")).code == 0
