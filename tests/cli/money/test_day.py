"""A day of mixed commands: `spend` has their sum, and the ledger nothing of what was said."""

import json
import signal

from tests.cli.calls import until
from tests.cli.money.conftest import KEY
from tests.cli.money.crowd import MODEL, asking, ledger, withholding
from tests.cli.program import child, program, start
from tests.servers import OpenAI, Script, ScriptedServer, Tokens

SECRET_PROMPT, SECRET_ANSWER = "the-prompt-Q7", "the-answer-Z9"
EVEN = Script(usage=Tokens(20, 5))
"""An answer that costs a whole number of millionths, as the others do."""
BUSY = Script(status=503)
OWN = '[models."openai/gpt-4o-mini"]\ninput = 0.0001\noutput = 0.0003\n[profiles.work]\n'
SUITE = """version = 1
[[check]]
name = "a"
prompt = "the-prompt-Q7"
max_tokens = 50
repeat = 3
pass = 3
expect = { contains = "answer" }
"""


def spent(*flags):
    return json.loads(program("spend", "--json", *flags).text)


def replies_of(report):
    results = json.loads(report.read_text())["results"]
    return [attempt["reply"]["usage"] for one in results for attempt in one["attempts"]]


def test_spend_is_the_sum_of_what_the_replies_cost(config, tmp_path):
    config("[budget]\nmonthly = 100\n[profiles.work]")
    suite, report = tmp_path / "suite.toml", tmp_path / "report.json"
    suite.write_text(SUITE)
    micros = 0
    with ScriptedServer(OpenAI()) as server:
        for count, (flags, scripts) in enumerate(
            [
                ((), [EVEN]),
                (("--stream",), [Script(usage=Tokens(1000, 50))]),
                (("--profile", "work"), [Script(usage=Tokens(4000, 5, cached=2000))]),
                (("--retries", "1", "--max-wait", "0"), [BUSY, EVEN]),
                (("--fallback", "openai/gpt-4o"), [BUSY] * 3 + [EVEN]),
            ]
        ):
            server.play(*scripts)
            form = "--json" if "--stream" in flags else "--output=json"
            ended = program(*asking(server, form, "--max-wait", "0", *flags))
            assert ended.code == 0, (count, ended)
            reply = ended.events[-1] if "--stream" in flags else ended.document
            micros += reply["usage"]["usd_micros"]
        server.play(Script(chunks=("answer",), usage=Tokens(2000, 10)))
        where = ("--model", MODEL, "--api-base", f"{server.url}/v1")
        assert program("check", suite, *where, "--report", f"json={report}").code == 0
        checked = [usage["usd_micros"] for usage in replies_of(report)]
        assert len(checked) == 3
        micros += sum(checked)

    document = spent()
    assert document["usd_micros"] == micros
    by_command = {row["name"]: row["calls"] for row in spent("--by", "command")["rows"]}
    assert by_command == {"chat": 9, "check": 3}
    by_profile = {row["name"]: row["calls"] for row in spent("--by", "profile")["rows"]}
    assert by_profile == {None: 11, "work": 1}


def test_ten_thousand_calls_of_less_than_a_millionth_add_up(config):
    """In one process, as the ledger and the provider are what counts them."""
    from hello_llm.calls.money import Meter
    from hello_llm.contract import ChatRequest, LLMReply, Params, Usage
    from hello_llm.settings.resolve import resolve

    config(OWN + "[budget]\ndaily = 1")
    settings = resolve({"model": MODEL})
    usage = Usage(10, 1, 1, 0, price_source="configuration", usd_nanos=400)

    class Cheap:
        name = "litellm"

        def chat(self, request):
            return LLMReply("", "litellm", MODEL, usage, "stop")

        def stream_chat(self, request):
            raise NotImplementedError

        def close(self):
            raise NotImplementedError

    with Meter("chat", settings, None) as meter:
        provider = meter.around(Cheap(), settings)
        for _ in range(10_000):
            provider.chat(ChatRequest.from_prompt("hi", model=MODEL, params=Params(max_tokens=1)))
    assert (spent()["usd_micros"], spent()["usd_nanos"]) == (4000, 4_000_000)


def test_nothing_that_was_said_is_in_the_files_of_the_ledger(config):
    config("[budget]\ndaily = 100")
    with withholding() as (server, gate):
        server.play(Script(chunks=(SECRET_ANSWER,)))
        argv = ["chat", SECRET_PROMPT, *asking(server)[2:]]
        killed = start(argv)
        until(lambda: server.requests)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        gate.set()
        assert child(*argv).text == f"{SECRET_ANSWER}\n"
        server.play(Script(status=400, error=f"what is {SECRET_PROMPT} with {KEY}?"))
        assert child(*argv).code == 4
    found = {path.name: path.read_bytes() for path in ledger().parent.iterdir()}
    assert "ledger.sqlite3" in found
    assert MODEL.encode() in b"".join(found.values())
    for said in (SECRET_PROMPT, SECRET_ANSWER, KEY):
        assert not [name for name, content in found.items() if said.encode() in content]
