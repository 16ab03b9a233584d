"""The JSON document."""

import json
from dataclasses import fields

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.contract import (
    AuthError,
    BrokenReplyError,
    DeadlineError,
    ExitCode,
    HelloLLMError,
    LLMReply,
    Retrying,
    Started,
    StreamEvent,
    ToolCall,
    Usage,
    UsageError,
)
from hello_llm.rendering.choose import View, choose_renderer
from hello_llm.rendering.json.document import document, json_line
from hello_llm.rendering.json.schemas import load_schema
from hello_llm.rendering.messages import Messages
from hello_llm.secrets.redactor import Redactor
from tests.rendering.replies import everything, reply, show, streamed, unstreamed
from tests.rendering.screens import Pipes

JSON = View(output="json", provider="litellm", model="openai/x")

SUCCESS = (
    '{"schema": "hello-llm.reply/1", "ok": true, "exit_code": 0,'
    ' "text": "It rains.", "provider": "litellm", "model": "ollama/qwen2.5:0.5b",'
    ' "usage": {"tokens_in": 12, "tokens_out": 40, "latency_ms": 812, "usd_micros": 12,'
    ' "first_token_ms": 95, "tokens_cached": null, "tokens_reasoning": null, "estimated": false,'
    ' "price_source": null},'
    ' "finish_reason": "stop", "complete": true, "attempts": 1, "request_id": null,'
    ' "reasoning": "Let me think.", "tool_calls": [{"id": "call_1", "name": "weather",'
    ' "arguments": "{\\"city\\": \\"Oslo\\"}"}], "model_served": null, "error": null}\n'
)


def failed(error: HelloLLMError, *events: StreamEvent, **options: object) -> tuple[bytes, str]:
    pipes = Pipes()
    messages = Messages(pipes.terminal, redact=Redactor(["secret-key"]))
    renderer = choose_renderer(JSON, pipes.terminal, messages)
    for event in events:
        renderer.show(event)
    renderer.fail(error)
    return pipes.stdout, pipes.stderr


def test_a_success_is_the_document_of_the_design_on_one_line():
    pipes = Pipes()
    show(JSON, pipes.terminal, everything("It rains."))
    assert pipes.stdout.decode() == SUCCESS
    assert pipes.stderr == ""


def test_streamed_or_not_the_document_is_the_same():
    outputs = []
    for events in (streamed("hello"), unstreamed("hello")):
        pipes = Pipes()
        show(JSON, pipes.terminal, events)
        outputs.append(pipes.stdout)
    assert outputs[0] == outputs[1]


def test_a_failure_has_the_same_shape_and_the_prose_still_goes_to_standard_error():
    partial = LLMReply("half", "litellm", "openai/x", Usage(latency_ms=5), None, complete=False)
    error = DeadlineError(
        "no token for 60 s: secret-key", "--timeout 90", partial=partial, status=504
    )
    stdout, stderr = failed(error)
    assert stdout.decode() == (
        '{"schema": "hello-llm.reply/1", "ok": false, "exit_code": 7,'
        ' "text": "half", "provider": "litellm", "model": "openai/x",'
        ' "usage": {"tokens_in": null, "tokens_out": null, "latency_ms": 5, "usd_micros": null,'
        ' "first_token_ms": null, "tokens_cached": null, "tokens_reasoning": null,'
        ' "estimated": false, "price_source": null}, "finish_reason": null,'
        ' "complete": false, "attempts": 1, "request_id": null, "reasoning": null,'
        ' "tool_calls": [], "model_served": null,'
        ' "error": {"code": "TIMEOUT", "message": "no token for 60 s: [redacted]",'
        ' "hint": "--timeout 90", "status": 504}}\n'
    )
    assert stderr == "error: no token for 60 s: [redacted]\nhint: --timeout 90\n"


@pytest.mark.parametrize(
    ("events", "model", "attempts"),
    [
        ((), "openai/x", 0),
        ((Started("litellm", "ollama/y"),), "ollama/y", 1),
        (
            (Started("litellm", "ollama/y"), Retrying(2, ExitCode.SERVER, "x", 0.0, "openai/b")),
            "openai/b",
            3,
        ),
    ],
)
def test_without_a_reply_the_document_says_what_is_known(events, model, attempts):
    stdout, _ = failed(AuthError("no key"), *events)
    said = json.loads(stdout)
    assert (said["text"], said["provider"], said["model"], said["attempts"]) == (
        "",
        "litellm",
        model,
        attempts,
    )


def test_what_nobody_knows_is_null():
    said = document(None, UsageError("bad flag"))
    assert (said["provider"], said["model"]) == (None, None)


def test_an_exit_code_without_an_error_class_can_be_given():
    said = document(None, UsageError("bug"), ExitCode.BUG)
    assert (said["ok"], said["exit_code"], said["error"]["code"]) == (False, 70, "BUG")


def test_success_and_failure_have_the_same_keys_in_the_same_order():
    success, failure = document(reply("x")), document(None, AuthError("no"))
    assert list(success) == list(failure)
    usage = [field.name for field in fields(Usage)]
    assert list(success["usage"]) == [name for name in usage if name != "usd_nanos"]
    assert set(success) == {field.name for field in fields(LLMReply)} - {
        "failures",
        "end_marked",
        "also_served",
    } | {
        "schema",
        "ok",
        "exit_code",
        "error",
    }
    assert list(success["tool_calls"]) == []
    assert list(document(reply("x", tool_calls=(ToolCall("1", "n", "{}"),)))["tool_calls"][0]) == [
        field.name for field in fields(ToolCall)
    ]


def _error_classes(base: type[HelloLLMError] = HelloLLMError) -> list[type[HelloLLMError]]:
    below = [found for cls in base.__subclasses__() for found in _error_classes(cls)]
    return ([base] if hasattr(base, "exit_code") else []) + below


@pytest.mark.parametrize("error", _error_classes(), ids=lambda cls: cls.__name__)
def test_each_error_gives_a_document_that_satisfies_the_schema(error):
    stdout, _ = failed(error("it failed"))
    jsonschema.validate(json.loads(stdout), load_schema("reply"))


def test_a_success_satisfies_the_schema():
    jsonschema.validate(json.loads(SUCCESS), load_schema("reply"))


def test_the_line_is_utf8_and_cannot_act_on_a_terminal():
    line = json_line({"text": "é漢😀 \x1b\x07\x7f\x9b\u202e\u2028\u200b\ud83d\U000e0041"})
    assert line.decode() == (
        '{"text": "é漢😀 \\u001b\\u0007\\u007f\\u009b\\u202e\\u2028\\u200b\\ud83d\\udb40\\udc41"}\n'
    )


@given(st.text(st.characters(codec=None)))
def test_a_reader_gets_the_exact_text_back(text):
    line = json_line({"text": text})
    assert line.count(b"\n") == 1
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    assert json.loads(line)["text"] == joined


def test_a_cut_off_reply_keeps_its_text_exactly():
    text = "half \x1b[2J sk-abcdefgh12345678"
    stdout, _ = failed(BrokenReplyError("cut", partial=reply(text, complete=False)))
    assert json.loads(stdout)["text"] == text
