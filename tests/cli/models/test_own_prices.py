"""A price in the configuration is what a call costs, streamed or not."""

import json

import pytest

from tests.cli.program import program
from tests.servers import Script, Tokens


@pytest.mark.parametrize("how", ["--stream", "--no-stream"])
@pytest.mark.parametrize(
    ("facts", "micros"),
    [("input = 2000\noutput = 1", 200_010), ("output = 1000", 10_015), ("context = 5", 21)],
)
def test_a_call_is_priced_by_the_configuration(tmp_path, openai_server, how, facts, micros):
    openai_server.play(Script(usage=Tokens(prompt=100, completion=10)))
    config = tmp_path / "c.toml"
    config.write_text(f'version = 1\n[models."openai/gpt-4o-mini"]\n{facts}\n')
    where = ("-m", "openai/gpt-4o-mini", "--api-base", f"{openai_server.url}/v1")
    ended = program("chat", "hi", *where, "--config", config, "--json", how)
    document = json.loads(ended.text.splitlines()[-1])
    assert document["usage"]["usd_micros"] == micros
    source = "list" if facts.startswith("context") else "configuration"
    assert document["usage"]["price_source"] == source
    assert "usd_nanos" not in document["usage"]
