"""Rows are read from JSON lines, CSV and OpenAI's batch files; each mistake names its row."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.contract import Message, UsageError
from tests.batch.inputs import asked, lines, read

A_ROW = {"id": "a", "prompt": "Say a"}
CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip)


def openai(row_id, **body):
    messages = [{"role": "user", "content": "Say hello"}]
    return {
        "custom_id": row_id,
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {"model": "gpt-4o-mini", "messages": messages} | body,
    }


@given(st.lists(st.text(), min_size=1, max_size=8).map(lambda texts: [f"x{t}" for t in texts]))
def test_rows_of_json_come_as_they_are(prompts):
    content = lines(*({"id": n, "prompt": text} for n, text in enumerate(prompts)))
    assert asked(content) == list(enumerate(prompts))


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8), st.sampled_from(",;\t"))
def test_rows_of_csv_come_as_a_spreadsheet_writes_them(cells, delimiter):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([("id", "text"), *((f"r{n}", one) for n, (one, _) in enumerate(cells))])
    found = asked(text.getvalue().encode("utf-8-sig"), "Say {{text}}")
    assert found == [(f"r{n}", f"Say {one}") for n, (one, _) in enumerate(cells)]


def test_a_cell_may_have_quotes_commas_and_line_breaks():
    content = b'id,text\r\n1,"a, ""b""\r\nc"\r\n\r\n2,d\r\n'
    assert asked(content, "{{text}}") == [("1", 'a, "b"\r\nc'), ("2", "d")]


def test_blank_lines_and_a_mark_of_the_encoding_are_passed_over():
    content = b"\xef\xbb\xbf\n" + lines(A_ROW) + b"  \r\n\n" + lines({"id": "b", "prompt": "b"})
    assert [row_id for row_id, _ in asked(content)] == ["a", "b"]


def test_a_last_line_needs_no_line_break():
    assert asked(lines(A_ROW).rstrip()) == [("a", "Say a")]


def test_a_row_without_an_id_has_its_number():
    assert [row_id for row_id, _ in asked(lines({"prompt": "x"}, {"prompt": "y"}))] == [1, 2]


def test_the_number_seven_and_the_text_seven_are_two_ids():
    assert len(asked(lines({"id": 7, "prompt": "x"}, {"id": "7", "prompt": "y"}))) == 2


def test_a_request_of_openai_keeps_its_messages_and_its_settings():
    messages = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
    ]
    body = {"messages": messages, "temperature": 0.5, "max_completion_tokens": 9, "stop": "END"}
    (row,) = read(lines(openai("a", **body, user="u", n=1, tools=None, stream=False)))
    assert row.messages == (Message("system", "Be brief."), Message("user", "ab"))
    assert row.settings == {
        "model": "openai/gpt-4o-mini",
        "temperature": 0.5,
        "max_tokens": 9,
        "stop": ("END",),
    }


@pytest.mark.parametrize("model", ["mock/echo", "ollama/qwen2.5:0.5b", "openai/gpt-4o"])
def test_a_model_with_a_vendor_is_that_model(model):
    (row,) = read(lines(openai("a", model=model)))
    assert row.settings["model"] == model


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tools", [{"type": "function"}]),
        ("response_format", {"type": "json_object"}),
        ("n", 2),
        ("logprobs", True),
        ("reasoning_effort", "low"),
        ("a_new_field", 0),
        ("temperature", 3),
        ("max_tokens", "many"),
        ("model", "nobody/x"),
        ("messages", []),
    ],
)
def test_a_field_that_would_change_the_answer_is_refused_by_name(field, value):
    with pytest.raises(UsageError, match=rf'row 1 \(line 1, ID "a"\): its field "{field}"'):
        read(lines(openai("a", **{field: value})))


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]},
        {"role": "robot", "content": "x"},
        {"role": "user", "content": "x", "name": "ada"},
        {"role": "user"},
        {"content": "x"},
        "x",
    ],
)
def test_a_message_that_cannot_be_sent_is_refused(message):
    with pytest.raises(UsageError, match="message 2"):
        read(lines(openai("a", messages=[{"role": "user", "content": "hi"}, message])))


BAD = {
    "no JSON": (b'{"id": 1', "row 2 (line 2): it is not JSON"),
    "no object": (b"[1]", "row 2 (line 2): it is not a JSON object"),
    "no text": (b'{"x": "\xff"}', "row 2 (line 2): it is not UTF-8"),
    "too deep": (b'{"x": ' + b"[" * 100_000, "row 2 (line 2): it is not JSON"),
    "no prompt": (b'{"id": 2}', 'row 2 (line 2, ID "2"): it has no value "prompt"'),
    "a number": (b'{"id": 2, "prompt": 1}', "its prompt is not text"),
    "nothing": (b'{"id": 2, "prompt": " "}', "its prompt is empty"),
    "a list": (b'{"id": [], "prompt": "x"}', "its ID is neither text nor a whole number"),
    "true": (b'{"id": true, "prompt": "x"}', "its ID is neither"),
    "an ID of another": (b'{"id": "a", "prompt": "x"}', "row 1 has the same ID"),
    "embeddings": (
        json.dumps(openai("b") | {"url": "/v1/embeddings"}).encode(),
        "only POST /v1/chat/completions",
    ),
}


@pytest.mark.parametrize(("row", "reason"), BAD.values(), ids=BAD)
def test_a_row_that_cannot_be_asked_is_named(row, reason):
    with pytest.raises(UsageError) as error:
        read(lines(A_ROW) + row + b"\n")
    assert reason in error.value.message
    assert error.value.message.endswith("nothing was sent")


BAD_CSV = {
    "too few": ("1\n", "it has 1 values for 2 columns"),
    "too many": ("1,2,3\n", "it has 3 values for 2 columns"),
    "an open quote": ('1,"x\n', "it is not CSV"),
}


@pytest.mark.parametrize(("row", "reason"), BAD_CSV.values(), ids=BAD_CSV)
def test_a_row_of_csv_that_does_not_fit_is_named(row, reason):
    with pytest.raises(UsageError, match=r"row 2 \(line \d\)") as error:
        read(f"id,text\n0,x\n{row}".encode(), "{{text}}")
    assert reason in error.value.message


def test_two_columns_of_one_name_are_a_mistake():
    with pytest.raises(UsageError, match='more than one column is named "a"'):
        read(b"a,b,a\n1,2,3\n", "{{a}}")


def test_the_first_mistakes_are_told_and_the_others_counted():
    with pytest.raises(UsageError) as error:
        read(lines(*({"id": n} for n in range(9))))
    assert error.value.message.count("it has no value") == 5
    assert "and 4 more rows" in error.value.message


@pytest.mark.parametrize("content", [b"", b" \n", b"\xef\xbb\xbf", b"id,text\n"])
def test_an_input_without_rows_is_a_mistake(content):
    with pytest.raises(UsageError, match="the input has no rows"):
        read(content, "{{text}}")


def test_one_json_array_is_explained():
    with pytest.raises(UsageError, match="one JSON array") as error:
        read(b'[{"id": 1}]')
    assert error.value.hint == "jq -c '.[]' INPUT > rows.jsonl"


def test_a_whole_request_has_no_place_in_a_prompt():
    with pytest.raises(UsageError, match="a whole request"):
        read(lines(openai("a")), "{{text}}")


def test_the_rows_can_be_read_again_and_a_digest_tells_them_from_others():
    rows = read(lines(A_ROW))
    assert list(rows) == list(rows)
    assert rows.digest == read(lines(A_ROW)).digest != read(lines(A_ROW | {"id": "b"})).digest
