"""`--max-cost` and `[budget]` of `chat` and `check`: what is sent, what is not, and what counts."""

import json
import socket

import pytest

from hello_llm.prices.output_limit import FEWEST_TOKENS, USUAL_TOKENS
from tests.cli.money.crowd import COST_NANO, MODEL, asking, ledger
from tests.cli.program import program
from tests.ledger.reading import rows, states, total
from tests.servers import Script, Tokens

BUSY = Script(status=503, error="try later")
LOST = Script(chunks=(), end="stall")
"""An answer that does not come, as asked for with `IMPATIENT`."""
IMPATIENT = ("--stream", "--first-token-timeout", "1", "--max-wait", "0")
RICH = "[budget]\ndaily = 1000"
ONE_DOLLAR = 10**9


def limits_sent(server):
    return [request.json()["max_tokens"] for request in server.requests]


def test_without_a_limit_nothing_is_recorded_and_no_limit_is_sent(openai_server):
    where = ("--model", MODEL, "--api-base", f"{openai_server.url}/v1")
    assert program("chat", "hi", *where).code == 0
    (request,) = openai_server.requests
    assert "max_tokens" not in request.json()
    assert not ledger().parent.exists()


@pytest.mark.parametrize("stream", ["--stream", "--no-stream"])
def test_a_call_is_recorded_with_what_the_server_counted(openai_server, config, stream):
    config(RICH)
    assert program(*asking(openai_server, stream)).code == 0
    (row,) = rows(ledger(), "command, model, state, settled_nano, price_source, tokens_in")
    assert row == ("chat", MODEL, "settled", COST_NANO, "list", 12)
    assert rows(ledger(), "model_served") == [("gpt-4o-mini",)]


@pytest.mark.parametrize(("pattern", "code"), [("gpt-4o-mini", 0), ("gpt-4o", 9)])
@pytest.mark.parametrize("limit", ["--max-cost", "[budget]"])
@pytest.mark.parametrize("stream", ["--stream", "--no-stream"])
def test_the_model_that_answers_is_checked_under_a_limit(
    openai_server, config, tmp_path, stream, limit, pattern, code
):
    config(RICH if limit == "[budget]" else "")
    most = () if limit == "[budget]" else (limit, "1")
    recorded = str(tmp_path / "r.jsonl")
    for file in ((), ("--record", recorded), ("--replay", recorded)):
        ended = program(*asking(openai_server, stream, "--require-model", pattern, *most, *file))
        says = "" if code == 0 else 'another model answers: "gpt-4o-mini", but "gpt-4o" is required'
        assert (ended.code, says in ended.stderr) == (code, True)


@pytest.mark.parametrize("flags", [("--stream",), ("--no-stream",), ("--json", "--stream")])
def test_what_exceeds_max_cost_is_never_sent(openai_server, flags):
    ended = program(*asking(openai_server, "--max-cost", "0.0001", *flags))
    assert (ended.code, openai_server.requests) == (12, [])
    assert "--max-cost ($0.0001) would be exceeded: $0 is spent, $0 is reserved" in ended.stderr
    assert "hint: raise --max-cost, or try --max-tokens 23\n" in ended.stderr
    assert program(*asking(openai_server, "--max-tokens", "23", "--max-cost", "0.0001")).code == 0


def test_a_model_without_a_price_is_refused_until_the_configuration_has_one(openai_server, config):
    where = ("--model", "openai/mine", "--api-base", f"{openai_server.url}/v1", "--max-cost", "1")
    ended = program("chat", "hi", *where)
    assert (ended.code, openai_server.requests) == (12, [])
    assert '[models."openai/mine"], or leave out --max-cost' in ended.stderr
    config('[models."openai/mine"]\ninput = 1\noutput = 2')
    assert program("chat", "hi", *where).code == 0


def test_a_request_without_a_limit_gets_the_usual_one_and_says_so(openai_server, config):
    config(RICH)
    where = ("--model", MODEL, "--api-base", f"{openai_server.url}/v1", "--verbose")
    ended = program("chat", "hi", *where)
    assert limits_sent(openai_server) == [USUAL_TOKENS]
    note = "note: the reply is limited to 8,192 tokens, because a limit on spending is in force"
    assert ended.stderr.count(note) == 1


def test_max_cost_limits_the_reply_to_what_it_pays_for(openai_server):
    where = ("--model", MODEL, "--api-base", f"{openai_server.url}/v1")
    assert program("chat", "hi", *where, "--max-cost", "0.001").code == 0
    ended = program("chat", "hi", *where, "--max-cost", "0.0001")
    assert ended.code == 12
    assert FEWEST_TOKENS < limits_sent(openai_server)[0] < 1000


@pytest.mark.parametrize(
    ("scripts", "code", "kept"),
    [
        ((BUSY, Script()), 0, ["settled", "settled"]),
        ((LOST, Script()), 0, ["cut", "settled"]),
        ((Script(status=401),), 3, ["settled"]),
        ((Script(usage=None),), 0, ["unreported"]),
    ],
)
def test_what_becomes_of_each_attempt(openai_server, config, scripts, code, kept):
    config(RICH)
    openai_server.play(*scripts)
    assert program(*asking(openai_server, "--retries", "1", *IMPATIENT)).code == code
    assert states(ledger()) == kept


@pytest.mark.parametrize("stream", ["--stream", "--no-stream"])
def test_an_attempt_that_reached_no_server_costs_nothing(config, stream):
    config(RICH)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        base = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
    where = ("--model", MODEL, "--api-base", base, "--retries", "1", stream)
    assert program("chat", "hi", *where).code == 6
    assert states(ledger()) == ["released"] * 2


def test_a_missing_key_costs_nothing(config, monkeypatch):
    config(RICH)
    monkeypatch.delenv("OPENAI_API_KEY")
    assert program("chat", "hi", "--model", MODEL).code == 3
    assert states(ledger()) == ["released"]


def test_a_deadline_leaves_the_bound(openai_server, config):
    config(RICH)
    openai_server.play(Script(end="stall"))
    for stream in ("--stream", "--no-stream"):
        assert program(*asking(openai_server, "--timeout", "2", stream)).code == 7
    assert states(ledger()) == ["cut"] * 2
    (first, second) = rows(ledger(), "bound_nano, coalesce(settled_nano, bound_nano)")
    assert first == second
    assert first[0] == first[1]


def test_retries_and_fallbacks_count_together(openai_server):
    openai_server.play(LOST)
    flags = ("--max-cost", "0.0003", "--retries", "0", "--fallback", MODEL, "--fallback", MODEL)
    ended = program(*asking(openai_server, *flags, *IMPATIENT))
    assert (ended.code, len(openai_server.requests)) == (12, 2)
    assert "$0.0002525 is spent" in ended.stderr


def test_a_refused_attempt_leaves_its_money_to_the_next(openai_server):
    openai_server.play(BUSY, BUSY, Script())
    flags = ("--max-cost", "0.00013", "--retries", "2", "--max-wait", "0")
    assert program(*asking(openai_server, *flags)).code == 0
    assert len(openai_server.requests) == 3


def test_no_ledger_leaves_out_a_call_and_ledger_adds_one_without_limits(openai_server, config):
    config("[budget]\ndaily = 0.00001")
    assert program(*asking(openai_server)).code == 12
    assert program(*asking(openai_server, "--no-ledger")).code == 0
    assert states(ledger()) == []
    config("")
    assert program(*asking(openai_server, "--ledger")).code == 0
    assert states(ledger()) == ["settled"]


def test_the_mode_warn_makes_the_call_and_says_why_it_would_not(openai_server, config):
    config('[budget]\ndaily = 0.00001\nmode = "warn"')
    ended = program(*asking(openai_server))
    assert (ended.code, states(ledger())) == (0, ["settled"])
    assert "warning: the daily limit ($0.00001 until " in ended.stderr


def test_what_is_free_is_recorded_only_if_asked(ollama_server, config):
    config("[budget]\ndaily = 0")
    where = ("--model", "ollama/qwen2.5:0.5b", "--api-base", ollama_server.url)
    for flags in ((), ("--max-cost", "0")):
        assert program("chat", "hi", *where, *flags).code == 0
    assert program("chat", "hi").code == 0
    assert not ledger().exists()
    assert program("chat", "hi", *where, "--ledger").code == 0
    assert rows(ledger(), "state, settled_nano, price_source") == [("settled", 0, "local")]


def test_the_dry_run_shows_the_bound_the_limit_and_a_refusal(openai_server):
    where = ("--model", MODEL, "--api-base", f"{openai_server.url}/v1", "--dry-run", "--json")
    ended = program("chat", "hi", *where, "--max-cost", "0.001")
    document = json.loads(ended.text)
    limit = document["request"]["body"]["max_tokens"]
    assert document["cost"]["at_most_usd_nanos"] <= ONE_DOLLAR // 1000
    assert f"{limit:,} tokens out" in document["cost"]["computed"]
    assert f"limited to {limit:,} tokens" in document["cost"]["note"]
    poor = program("chat", "hi", *where, "--max-cost", "0.0001")
    assert (poor.code, openai_server.requests) == (0, [])
    assert poor.stderr.startswith("warning: the call would be refused: --max-cost ($0.0001)")


def test_the_attempts_of_a_suite_count_together_with_their_retries(openai_server, tmp_path, config):
    config(RICH)
    suite = tmp_path / "suite.toml"
    suite.write_text(
        'version = 1\n[defaults]\nmax_tokens = 50\n[[check]]\nname = "a"\nprompt = "hi"\n'
        'stream = true\nrepeat = 50\npass = 50\nexpect = { contains = "Hello" }\n'
    )
    openai_server.play(LOST, Script(usage=Tokens(12, 4)))
    where = ("--model", MODEL, "--api-base", f"{openai_server.url}/v1", *IMPATIENT[1:])
    ended = program("check", suite, *where, "--max-cost", "0.0003", "-j", "2")
    assert ended.code == 12
    counted = total(ledger()).nano_usd
    assert 300_000 - 126_250 < counted <= 300_000
    assert states(ledger()).count("cut") == 1
    assert set(rows(ledger(), "command")) == {("check",)}


def test_a_suite_that_a_limit_of_the_user_stops_ends_with_its_code(openai_server, tmp_path, config):
    config("[budget]\ndaily = 0.00001")
    suite = tmp_path / "suite.toml"
    suite.write_text(
        'version = 1\n[[check]]\nname = "a"\nprompt = "hi"\nmax_tokens = 50\n'
        'expect = { contains = "Hello" }\n'
    )
    where = ("--model", MODEL, "--api-base", f"{openai_server.url}/v1")
    ended = program("check", suite, *where)
    assert (ended.code, openai_server.requests) == (12, [])
    assert "daily limit" in ended.text + ended.stderr
