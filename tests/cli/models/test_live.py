"""`models --live` adds what a server lists, and says which models are known to whom."""

import pytest

from tests.cli.program import program
from tests.doctor.listing import listing


def sources(*arguments):
    ended = program("models", "--live", *arguments)
    assert ended.code == 0, ended.stderr
    rows = (line.split("\t") for line in ended.text.splitlines())
    return {fields[0]: fields[-1] for fields in rows}, ended.stderr


def test_models_of_the_list_of_the_server_and_of_both_are_told_apart(monkeypatch):
    monkeypatch.setenv("KEY", "k-1")
    with listing(["gpt-4o-mini", "brand-new"]) as server:
        found, said = sources(
            "--vendor", "openai", "--api-base", server.base, "--api-key-env", "KEY"
        )
    assert found["openai/gpt-4o-mini"] == "list+server"
    assert found["openai/brand-new"] == "server"
    assert found["openai/gpt-4o"] == "list"
    assert {name.partition("/")[0] for name in found} == {"openai"}
    assert said == ""
    ((method, path, headers),) = server.asked
    assert (method, path, headers["authorization"]) == ("GET", "/models", "Bearer k-1")


def test_the_profile_names_the_server(tmp_path):
    with listing({"models": [{"name": "qwen2.5:0.5b"}]}) as server:
        config = tmp_path / "c.toml"
        config.write_text(
            f'version = 1\n[profiles.mine]\nmodel = "ollama/x"\napi_base = "{server.base}"\n'
        )
        found, _ = sources("qwen2.5", "--config", config, "-p", "mine")
    assert found == {"ollama/qwen2.5:0.5b": "server"}
    assert [path for _, path, _ in server.asked] == ["/api/tags"]


def test_a_model_of_a_server_is_free_where_the_server_is_ones_own():
    with listing({"models": [{"name": "x"}]}) as server:
        ended = program("models", "--live", "--vendor", "ollama", "--api-base", server.base, "/x")
    (fields,) = [line.split("\t") for line in ended.text.splitlines() if "/x\t" in line]
    assert fields[3:6] == ["0.00", "unknown", "0.00"]


def test_a_list_that_goes_on_says_so():
    body = {"data": [{"id": "a"}], "has_more": True}
    with listing(body) as server:
        _, said = sources("--vendor", "openai", "--api-base", server.base)
    assert said == "note: the server has more models than it listed\n"


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        ((), 2, "error: --live needs a server to ask\nhint: name the vendor of the server:"),
        (("--vendor", "local"), 2, "error: local has no server to ask\n"),
        (("--vendor", "bedrock"), 2, "error: bedrock has no list of models that can be read\n"),
        (("--vendor", "openai"), 3, "error: OPENAI_API_KEY is not set, and openai/any needs it\n"),
        (("--vendor", "ollama", "--api-base", "http://127.0.0.1:1"), 6, "error: cannot connect"),
    ],
)
def test_a_server_that_cannot_be_asked_is_an_error(monkeypatch, flags, code, said):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    ended = program("models", "--live", *flags)
    assert (ended.code, ended.text) == (code, "")
    assert ended.stderr.startswith(said)


def test_no_bad_answer_of_a_server_is_taken_for_a_list():
    with listing(b"<html>") as server:
        ended = program("models", "--live", "--vendor", "openai", "--api-base", server.base)
    assert ended.code == 9
