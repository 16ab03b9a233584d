"""`chat`: what it prints in each form, byte for byte."""

import json
from pathlib import Path

import pytest

from hello_llm.providers.litellm.loader import load
from tests.cli.program import child, program
from tests.servers import Script, Tokens

HOSTILE = (
    "[bold]x[/foo] :smile: {curly} %s \x1b]52;c;aGk=\x07\x1b[2J\x9b31m \u202eevil\r\x00 | ü 🙂"
)

MOCK_DOCUMENT = """\
{"schema": "hello-llm.reply/1", "ok": true, "exit_code": 0, \
"text": "Hello! You said: Grüß dich", "provider": "mock", "model": "mock/echo", \
"usage": {"tokens_in": 2, "tokens_out": 5, "latency_ms": 0, "usd_micros": 0, \
"first_token_ms": null, "tokens_cached": null, "tokens_reasoning": null, "estimated": false, \
"price_source": "local"}, \
"finish_reason": "stop", "complete": true, "attempts": 1, "request_id": null, \
"reasoning": null, "tool_calls": [], "model_served": "echo", "error": null}
"""

MOCK_EVENTS = """\
{"event": "start", "schema": "hello-llm.events/1", "provider": "mock", "model": "mock/echo"}
{"event": "delta", "text": "Hello!"}
{"event": "delta", "text": " You"}
{"event": "delta", "text": " said:"}
{"event": "delta", "text": " hi"}
{"event": "end", "schema": "hello-llm.reply/1", "ok": true, "exit_code": 0, \
"text": "Hello! You said: hi", "provider": "mock", "model": "mock/echo", \
"usage": {"tokens_in": 1, "tokens_out": 4, "latency_ms": 0, "usd_micros": 0, \
"first_token_ms": 0, "tokens_cached": null, "tokens_reasoning": null, "estimated": false, \
"price_source": "local"}, \
"finish_reason": "stop", "complete": true, "attempts": 1, "request_id": null, \
"reasoning": null, "tool_calls": [], "model_served": "echo", "error": null}
"""


def litellm(server, *arguments):
    base = f"{server.url}/v1"
    wire = ("--provider", "litellm", "--model", "openai/tiny", "--api-base", base)
    return program("chat", "hi", *wire, *arguments)


def test_the_mock_prints_the_same_bytes_in_every_process():
    runs = [child("chat", "hi", PYTHONHASHSEED=seed) for seed in ("1", "2")]
    assert [run.stdout for run in runs] == [b"Hello! You said: hi\n"] * 2
    assert [(run.code, run.stderr) for run in runs] == [(0, "")] * 2


@pytest.mark.parametrize("stream", [[], ["--stream"]])
def test_plain_output_is_the_answer_and_one_newline(stream):
    ended = program("chat", "hi", *stream)
    assert (ended.code, ended.stdout, ended.stderr) == (0, b"Hello! You said: hi\n", "")


def test_json_prints_the_document_of_the_design():
    ended = program("chat", "--json", "Grüß", "dich")
    assert (ended.code, ended.text, ended.stderr) == (0, MOCK_DOCUMENT, "")
    assert ended.document["ok"] is True


def test_stream_and_json_print_start_then_deltas_then_one_end():
    ended = program("chat", "--stream", "--json", "hi")
    assert (ended.code, ended.text, ended.stderr) == (0, MOCK_EVENTS, "")


def test_output_json_with_stream_is_still_one_document():
    ended = program("chat", "--stream", "--output", "json", "hi")
    assert ended.document["text"] == "Hello! You said: hi"
    assert ended.document["usage"]["first_token_ms"] == 0


@pytest.mark.parametrize("stream", ["--stream", "--no-stream"])
def test_the_deltas_joined_are_the_text_of_the_end(openai_server, stream):
    openai_server.play(Script(chunks=("Grü", "ß", "\n\n", HOSTILE, " ", "\n")))
    ended = litellm(openai_server, "--output", "ndjson", stream)
    start, *deltas, end = ended.events
    assert (start["event"], end["event"], ended.code) == ("start", "end", 0)
    assert {delta["event"] for delta in deltas} == {"delta"}
    assert "".join(delta["text"] for delta in deltas) == end["text"]
    assert end["text"] == f"Grüß\n\n{HOSTILE} \n"


def test_the_document_tells_what_the_server_said(openai_server):
    openai_server.play(Script(reasoning=("hm",), usage=Tokens(7, 9, cached=3, reasoning=2)))
    document = litellm(openai_server, "--json").document
    usage = document["usage"]
    assert usage.pop("latency_ms") >= 0
    assert usage == {
        "tokens_in": 7,
        "tokens_out": 9,
        "usd_micros": None,
        "first_token_ms": None,
        "tokens_cached": 3,
        "tokens_reasoning": 2,
        "estimated": False,
        "price_source": None,
    }
    assert (document["text"], document["reasoning"]) == ("Hello, world!", "hm")
    assert (document["model"], document["request_id"]) == ("openai/tiny", "req_openai_1")


@pytest.mark.parametrize("stream", ["--stream", "--no-stream"])
@pytest.mark.parametrize(
    ("chunks", "printed"),
    [
        (("a",), b"a\n"),
        (("a", "\n"), b"a\n"),
        (("a\n", "\n"), b"a\n\n"),
        (("\n",), b"\n"),
        (("  a  ",), b"  a  \n"),
        (("a\r\nb",), b"a\r\nb\n"),
        (("word " * 1000,), b"word " * 1000 + b"\n"),
        (("x" * 5000, "é" * 5000), b"x" * 5000 + "é".encode() * 5000 + b"\n"),
        ((HOSTILE,), HOSTILE.encode() + b"\n"),
        (("\x1b", "[31m", "red"), b"\x1b[31mred\n"),
    ],
    ids=["a", "nl", "two-nl", "only-nl", "spaces", "crlf", "words", "long", "hostile", "split"],
)
def test_a_pipe_gets_the_exact_bytes_and_one_newline_at_the_end(
    openai_server, stream, chunks, printed
):
    openai_server.play(Script(chunks=chunks))
    ended = litellm(openai_server, "--quiet", stream)
    assert (ended.code, ended.stdout, ended.stderr) == (0, printed, "")


@pytest.mark.parametrize(
    "environ",
    [
        {"LANG": "C"},
        {"LC_ALL": "C"},
        {"PYTHONIOENCODING": "ascii"},
        {"COLUMNS": "20", "TERM": "xterm-256color", "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"},
    ],
    ids=lambda environ: " ".join(f"{name}={value}" for name, value in environ.items()),
)
def test_no_locale_and_no_terminal_setting_changes_the_bytes(environ):
    prompt = "Grüß dich 🙂 " + "word " * 30
    ended = child("chat", prompt, **environ)
    assert (ended.code, ended.stderr) == (0, "")
    assert ended.stdout == f"Hello! You said: {prompt}\n".encode()


def test_color_always_does_not_colour_a_pipe():
    assert program("chat", "hi", "--color", "always").stdout == b"Hello! You said: hi\n"


def test_usage_goes_to_stderr_and_leaves_the_answer_alone():
    ended = program("chat", "hi", "--usage")
    assert ended.stdout == b"Hello! You said: hi\n"
    assert ended.stderr == (
        "tokens in  tokens out  first token  latency  tokens/s  cost  finish\n"
        "        1           4            —     0 ms         —    $0    stop\n"
    )


def test_quiet_leaves_out_the_usage_and_notes():
    ended = program("chat", "hi", "--usage", "--quiet", "--model", "mock/tiny")
    assert (ended.stdout, ended.stderr) == (b"Hello! You said: hi\n", "")


def test_a_model_without_a_provider_is_asked(openai_server):
    base = f"{openai_server.url}/v1"
    ended = program("chat", "hi", "-m", "openai/tiny", "--api-base", base)
    assert (ended.code, ended.stdout, ended.stderr) == (0, b"Hello, world!\n", "")
    assert len(openai_server.requests) == 1


@pytest.mark.parametrize("more", [["--provider", "mock"], ["--script", "s.toml"]])
def test_a_model_is_not_asked_if_the_mock_is_chosen_or_implied(openai_server, more, tmp_path):
    Path("s.toml").write_text('version = 1\n[[rule]]\nname = "all"\ntext = "hey"\n')
    base = f"{openai_server.url}/v1"
    ended = program("chat", "hi", "-m", "openai/tiny", "--api-base", base, *more)
    assert ended.code == 0
    assert openai_server.requests == []


@pytest.mark.in_process
def test_verbose_says_what_decides_the_call(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text("version = 1\n[profiles.ci]\ntimeout = 5\n")
    ended = program("chat", "hi", "--verbose", "--config", file, "--profile", "ci")
    assert ended.stdout == b"Hello! You said: hi\n"
    assert ended.stderr == (
        f"note: configuration: {file}, profile: ci\nnote: provider: mock (built-in), "
        "connect 10 s, first token 120 s, idle 60 s, total 5 s, 2 retries\n"
        'note: the server says that "echo" answered\n'
    )


def test_a_reply_that_reached_its_limit_is_complete_and_warned_of():
    ended = program("chat", "hi", "--max-tokens", "2")
    assert (ended.code, ended.stdout) == (0, b"Hello! You\n")
    assert ended.stderr == (
        "warning: the reply reached its token limit; raise it with --max-tokens\n"
    )


@pytest.mark.parametrize(
    ("script", "warning"),
    [
        (Script(chunks=()), "warning: openai/tiny gave an empty answer\n"),
        (Script(chunks=(), reasoning=("hm",)), "warning: openai/tiny gave only reasoning\n"),
    ],
)
def test_an_answer_without_text_is_complete_and_warned_of(openai_server, script, warning):
    openai_server.play(script)
    ended = litellm(openai_server)
    assert (ended.code, ended.stdout, ended.stderr) == (0, b"\n", warning)


def test_every_sampling_flag_reaches_the_wire(openai_server):
    flags = "--temperature 0.5 --top-p 0.9 --max-tokens 7 --seed 3 --stop END --stop STOP"
    litellm(openai_server, *flags.split(), "--system", "Be brief.")
    (request,) = openai_server.requests
    assert json.loads(request.body) == {
        "model": "tiny",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "hi"},
        ],
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 7,
        "seed": 3,
        "stop": ["END", "STOP"],
    }


@pytest.mark.in_process
def test_litellm_is_asked_once_with_everything_said_explicitly(monkeypatch):
    litellm = load()
    asked = []

    def completion(**arguments):
        asked.append(arguments)
        message = {"role": "assistant", "content": "Bonjour"}
        return litellm.ModelResponse(choices=[{"message": message, "finish_reason": "stop"}])

    monkeypatch.setattr(litellm, "completion", completion)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-Zm9vYmFyYmF6")
    wire = ("--provider", "litellm", "--model", "anthropic/tiny", "--timeout", "5")
    ended = program("chat", "hi", *wire, "--temperature", "0")
    assert (ended.code, ended.stdout, ended.stderr) == (0, b"Bonjour\n", "")
    (arguments,) = asked
    assert arguments.pop("client") is not None
    assert arguments == {
        "model": "anthropic/tiny",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": False,
        "temperature": 0.0,
        "timeout": None,
        "api_base": None,
        "api_key": "sk-ant-Zm9vYmFyYmF6",
        "drop_params": False,
        "_skip_responses_api_bridge": True,
    }
