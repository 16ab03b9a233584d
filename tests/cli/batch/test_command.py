"""``batch`` asks each row, keeps a line for each, and exits with the code of the first failure."""

import json
import re

import jsonschema
import pytest

from hello_llm.rendering.json.schemas import load_schema
from tests.cli.batch.echoing import answered, answers, asking, echoing, ids, write_rows
from tests.cli.program import program, shell
from tests.servers import Script


@pytest.fixture
def rows(tmp_path):
    return write_rows(tmp_path / "rows.jsonl", 20)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out.jsonl"


def summary(ended):
    document = json.loads(ended.text)
    jsonschema.validate(document, load_schema("batch"))
    return document


@pytest.mark.parametrize("jobs", [1, 7])
def test_every_row_has_one_line_with_the_document_of_chat(rows, out, jobs):
    ended = program("batch", rows, "--out", out, "-j", jobs)
    assert (ended.code, ended.stderr) == (0, "")
    assert ended.text.startswith("20 rows: 20 answered\n")
    found = {document.pop("id"): document for document in answers(out)}
    assert sorted(found) == list(range(1, 21))
    chat = program("chat", "--json", "row 7").document
    found[7]["usage"]["latency_ms"] = chat["usage"]["latency_ms"]
    assert found[7] == chat


def test_ordered_sorts_the_lines_in_the_end(rows, out):
    with echoing() as server:
        assert program(*asking(server, rows, out, "-j", 8, "--ordered")).code == 0
    assert ids(out) == list(range(1, 21))


def test_what_is_finished_is_not_asked_again(rows, out):
    with echoing() as server:
        assert program(*asking(server, rows, out, "-j", 4)).code == 0
        again = program(*asking(server, rows, out, "--json"))
        assert answered(server).total() == 20
    found = summary(again)
    assert (found["rows"], found["answered"], found["asked"]) == (20, 20, 0)
    assert found["usage"]["tokens_in"] == 20 * 12


def test_the_values_of_a_table_are_put_into_the_prompt(tmp_path, out):
    table = tmp_path / "table.csv"
    table.write_text("id,text\na,one\nb,two\n")
    with echoing() as server:
        ended = program(*asking(server, table, out, "--prompt", "Translate: {{text}}"))
        assert (ended.code, answered(server)) == (0, {"Translate: one": 1, "Translate: two": 1})
    prompt = tmp_path / "prompt.txt"
    prompt.write_text("Translate: {{text}}\n")
    assert program(*asking(server, table, out, "--prompt-file", prompt)).code == 0


def test_a_file_for_openai_is_asked_with_its_own_settings(tmp_path, out):
    rows = tmp_path / "rows.jsonl"
    messages = [{"role": "system", "content": "s"}, {"role": "user", "content": "hi"}]
    row = {
        "custom_id": "a",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {"model": "own", "messages": messages, "max_tokens": 5},
    }
    rows.write_text(json.dumps(row))
    with echoing() as server:
        where = ("--api-base", f"{server.url}/v1", "--system", "of all")
        assert program("batch", rows, "-o", out, "--temperature", "1", *where).code == 0
        (request,) = server.requests
    sent = json.loads(request.body)
    assert (sent["model"], sent["max_tokens"], sent["temperature"]) == ("own", 5, 1)
    assert [one["content"] for one in sent["messages"]] == ["of all", "s", "hi"]
    assert answers(out)[0]["model"] == "openai/own"


@pytest.mark.parametrize(("first", "code"), [((3, 404), 4), ((3, 401), 3), ((19, 500), 8)])
def test_the_first_failure_in_the_input_decides_the_exit_code(rows, out, first, code):
    refused = {f"row {first[0]}": first[1], "row 20": 422}

    def refuse(prompt):
        return Script(status=refused[prompt]) if prompt in refused else None

    with echoing(refuse) as server:
        ended = program(*asking(server, rows, out, "-j", 4, "--retries", 0, "--json"))
    found = summary(ended)
    assert (ended.code, found["exit_code"], found["ok"]) == (code, code, False)
    assert (found["answered"], found["failed"]) == (18, 2)
    bad = {document["id"]: document for document in answers(out) if not document["ok"]}
    assert sorted(bad) == [first[0], 20]
    assert bad[first[0]]["exit_code"] == code


def test_failed_rows_are_asked_again_only_if_that_is_wanted(rows, out):
    down = {"row 5": 500, "row 6": 404}

    def refuse(prompt):
        return Script(status=down[prompt]) if prompt in down else None

    with echoing(refuse) as server:
        arguments = asking(server, rows, out, "-j", 4, "--retries", 0)
        assert program(*arguments).code == 8
        before = len(server.requests)
        assert program(*arguments).code == 8
        assert len(server.requests) == before
        del down["row 5"]
        assert program(*arguments, "--retry-failed").code == 4
        assert len(server.requests) == before + 2
        assert sorted(ids(out)) == list(range(1, 21))
        down.clear()
        assert program(*arguments, "--retry-failed", "--ordered").code == 0
    assert ids(out) == list(range(1, 21))


OTHERS = {
    "the input": (["--prompt", "{{prompt}}"], "--prompt is another"),
    "a parameter": (["--temperature", "0.5"], "temperature was not set, and is 0.5"),
    "the model": (["--model", "mock/other"], 'model was not set, and is "mock/other"'),
    "a fallback": (["--fallback", "mock/b"], 'fallback was not set, and is "mock/b"'),
    "the instructions": (["--system", "Be brief."], "--system is another"),
}


@pytest.mark.parametrize(("flags", "says"), OTHERS.values(), ids=OTHERS)
def test_another_batch_is_refused_and_told_what_differs(rows, out, flags, says):
    assert program("batch", rows, "-o", out).code == 0
    before = out.read_bytes()
    ended = program("batch", rows, "-o", out, *flags)
    assert (ended.code, out.read_bytes()) == (2, before)
    assert f"belongs to another batch: {says}" in ended.stderr


def test_another_input_is_refused(rows, out):
    assert program("batch", rows, "-o", out).code == 0
    write_rows(rows, 21)
    ended = program("batch", rows, "-o", out)
    assert "the input is another (20 rows, now 21)" in ended.stderr


@pytest.mark.parametrize(
    "flags", [["-j", "9"], ["--retries", "0"], ["--timeout", "5"], ["--rpm", "6000"], ["-v"]]
)
def test_what_changes_no_answer_may_change(rows, out, flags):
    assert program("batch", rows, "-o", out).code == 0
    assert program("batch", rows, "-o", out, *flags).code == 0


def test_a_file_that_no_batch_wrote_is_left_alone(rows, out):
    out.write_text("mine\n")
    ended = program("batch", rows, "-o", out)
    assert (ended.code, out.read_text()) == (2, "mine\n")
    assert "no batch has written it" in ended.stderr


MISTAKES = {
    "no output": (["rows.jsonl"], "--out"),
    "no input": (["none.jsonl", "-o", "x"], "cannot read none.jsonl: No such file"),
    "a folder": (["rows.jsonl", "-o", "."], "Is a directory"),
    "no folder": (["rows.jsonl", "-o", "no/x"], "cannot write no/x: No such file"),
    "two prompts": (["rows.jsonl", "-o", "x", "--prompt", "{{a}}", "--prompt-file", "b"], "twice"),
    "a prompt for nothing": (["rows.jsonl", "-o", "x", "--prompt", "Hi"], "no place for"),
    "jobs": (["rows.jsonl", "-o", "x", "-j", "0"], "--jobs must be a whole number from 1"),
    "a rate": (["rows.jsonl", "-o", "x", "--rpm", "-1"], "--rpm must be a number"),
    "two readers": (["-", "-o", "x", "--config", "-"], "both read standard input"),
    "an empty pipe": (["-", "-o", "x"], "standard input"),
    "an order of a stream": (["rows.jsonl", "-o", "-", "--ordered"], "--ordered needs a file"),
    "a secret": (["s3://a/b", "-o", "x", "--storage", "key=AKIA1"], "would show a secret"),
    "an option for nothing": (["rows.jsonl", "-o", "x", "--storage", "a=b"], "for addresses"),
    "no scheme": (["rows.jsonl", "-o", "nowhere://x"], "nowhere"),
}


@pytest.mark.parametrize(("arguments", "says"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_before_anything_is_asked(rows, monkeypatch, arguments, says):
    monkeypatch.chdir(rows.parent)
    ended = program("batch", *arguments)
    assert ended.code in {2, 13}
    assert says in ended.stderr
    assert ended.stderr.startswith("error: ")


def test_a_wrong_row_names_itself_and_nothing_is_sent(rows, out):
    with rows.open("a") as file:
        file.write('{"id": "last"}\n')
    with echoing() as server:
        ended = program(*asking(server, rows, out))
        assert (ended.code, server.requests, out.exists()) == (2, [], False)
    assert 'row 21 (line 21, ID "last"): it has no value "prompt"' in ended.stderr


def test_without_a_key_no_row_is_marked_as_failed(rows, out, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    ended = program("batch", rows, "-o", out, "-m", "openai/gpt-4o-mini", "-j", 4)
    assert (ended.code, out.read_bytes()) == (3, b"")
    assert "20 not asked yet" in ended.text
    assert ended.stderr.count("OPENAI_API_KEY is not set") == 1


def test_rows_may_come_from_a_pipe_and_go_to_one(rows):
    with echoing() as server:
        arguments = asking(server, "-", "-", "-j", 4, "-q")
        ended = program(*arguments, stdin=rows.read_bytes())
    assert ended.code == 0
    found = [json.loads(line) for line in ended.text.splitlines()]
    assert sorted(one["id"] for one in found) == list(range(1, 21))
    assert "20 answered" in ended.stderr


def test_a_reader_that_leaves_ends_the_run_without_a_word(rows):
    command = f'"$@" batch {rows} -o - 2>err | head -1; cat err; rm err'
    ended = shell(f"cd {rows.parent}; {command}")
    assert ended.text.count("\n") == 1


def test_a_full_device_is_told(rows):
    ended = program("batch", rows, "-o", "/dev/full")
    assert (ended.code, "No space left on device" in ended.stderr) == (13, True)
    full = shell(f'"$@" batch {rows} -o - >/dev/full')
    assert (full.code, "No space left on device" in full.stderr) == (13, True)


def test_a_dry_run_shows_what_all_rows_may_cost(rows, out):
    def cost(source, stdin=None):
        flags = ("-o", out, "--dry-run", "-m", "openai/gpt-4o-mini", "--max-tokens", 10)
        ended = program("batch", source, *flags, stdin=stdin)
        assert (ended.code, out.exists()) == (0, False)
        return re.match(r"(\d+) rows?: at most \$([\d.]+), not counting retries", ended.text)

    all_rows, one = cost(rows), cost("-", b'{"prompt": "row 11"}')
    assert (all_rows[1], one[1]) == ("20", "1")
    assert 19 * float(one[2]) < float(all_rows[2]) <= 20 * float(one[2])


@pytest.mark.parametrize("model", ["openai/nobody-knows-this", "ollama/x"])
def test_a_dry_run_says_what_is_not_known(rows, out, model):
    ended = program("batch", rows, "-o", out, "--dry-run", "-m", model)
    free = model.startswith("ollama")
    assert ("at most $0" in ended.text, "cost of 20 is not known" in ended.text) == (free, not free)


def test_the_state_beside_the_output_is_the_user_s_own_and_shows_no_prompt(rows, out):
    secret = "Tell nobody that the safe is behind the picture."
    assert program("batch", rows, "-o", out, "--system", secret).code == 0
    state = out.with_name("out.jsonl.batch")
    assert state.stat().st_mode & 0o777 == 0o600
    assert "safe" not in state.read_text()
    names = sorted(path.name for path in out.parent.iterdir())
    assert names == ["out.jsonl", "out.jsonl.batch", "rows.jsonl"]
