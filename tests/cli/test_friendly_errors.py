"""What the configuration, a key or a server can get wrong, told in our words with what repairs it.

Prose on standard error, with --json a document too; no sentence of LiteLLM's, never a traceback.
"""

import socket

import pytest

from hello_llm.contract import ExitCode
from hello_llm.providers.litellm.loader import load
from tests.cli.refusals import check
from tests.servers import Ollama, Script, ScriptedServer

STREAMED = pytest.mark.parametrize("stream", ["--stream", "--no-stream"])
KEY = "sk-proj-Zm9vYmFyYmF6cXV4"


@pytest.mark.parametrize(
    ("content", "sentences"),
    [
        (
            "version = 1\n[defaults]\nmodel = = 1\n",
            (
                "error: c.toml, line 3, column 9: not valid TOML: invalid value\n"
                'hint: text needs quotes: model = "openai/gpt-4o-mini"\n'
            ),
        ),
        (
            'version = 1\n[profiles.ci]\nmodle = "a/b"\n',
            (
                'error: c.toml, line 3, column 1: unknown key "modle" in [profiles.ci]\n'
                'hint: did you mean "model"?\n'
            ),
        ),
        (
            f'version = 1\n[profiles.ci]\napi_key = "{KEY}"\n',
            (
                "error: c.toml, line 3, column 1: api_key in [profiles.ci] is a secret, "
                "and no file may contain one\n"
                "hint: keep the secret in an environment variable and name the variable: "
                'api_key_env = "OPENAI_API_KEY"\n'
            ),
        ),
        (
            "version = 1\n[profiles.ci]\ntemperature = 3\n",
            (
                "error: c.toml, line 3, column 1: temperature in [profiles.ci] must be a number "
                "from 0 to 2, not 3\n"
            ),
        ),
        (
            "version = 1\n[profiles.cli]\n",
            'error: there is no profile "ci" in c.toml\nhint: the only profile is cli\n',
        ),
    ],
    ids=["bad TOML", "unknown key", "secret", "bad value", "unknown profile"],
)
def test_a_mistake_in_the_configuration(tmp_path, monkeypatch, content, sentences):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.toml").write_text(content)
    arguments = ["chat", "hi", "--config", "c.toml", "--profile", "ci"]
    check(arguments, ExitCode.USAGE, sentences)


def asked(model, base, *flags):
    return ["chat", "hi", "--provider", "litellm", "--model", model, "--api-base", base, *flags]


@pytest.fixture
def closed_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


@STREAMED
def test_ollama_does_not_run(closed_port, stream):
    check(
        asked("ollama/tiny", f"http://127.0.0.1:{closed_port}", stream, "--retries", "0"),
        ExitCode.UNREACHABLE,
        f"error: cannot connect to 127.0.0.1:{closed_port}\n"
        "hint: ollama serve   starts it; --api-base names another address\n",
    )


@STREAMED
def test_a_model_that_is_not_pulled(stream):
    with ScriptedServer(Ollama(models=frozenset())) as server:
        document = check(
            asked("ollama/tiny:1b", server.url, stream),
            ExitCode.REQUEST,
            f"error: Ollama at 127.0.0.1:{server.port} has no model 'tiny:1b': "
            "it says \"model 'tiny:1b' not found\"\n"
            "hint: ollama pull tiny:1b\n",
        )
    assert document["error"]["status"] == 404


@STREAMED
@pytest.mark.parametrize(("variable", "key"), [("OPENAI_API_KEY", KEY), ("CREDS", "open sesame/+")])
def test_a_wrong_key_is_named_by_its_variable_and_never_shown(
    openai_server, monkeypatch, stream, variable, key
):
    monkeypatch.setenv(variable, key)
    openai_server.play(Script(status=401, error=f"Incorrect API key provided: {key}."))
    place = f"127.0.0.1:{openai_server.port}"
    document = check(
        asked("openai/tiny", f"{openai_server.url}/v1", stream, "--api-key-env", variable),
        ExitCode.AUTH,
        f"error: {place} rejected the key in {variable} (401): "
        'it says "Incorrect API key provided: [redacted]."\n'
        f"hint: export {variable}=…   with a key that is valid for openai/tiny\n",
    )
    assert document["error"]["status"] == 401
    assert openai_server.requests[0].headers["authorization"] == f"Bearer {key}"


@pytest.mark.in_process
def test_a_refusal_of_litellm_itself_is_told_in_our_words(monkeypatch):
    litellm = load()

    def refuse(**_arguments):
        raise litellm.exceptions.UnsupportedParamsError("litellm.UnsupportedParamsError: no n")

    monkeypatch.setattr(litellm, "completion", refuse)
    check(
        asked("ollama/tiny", "http://127.0.0.1:9"),
        ExitCode.REQUEST,
        "error: ollama/tiny does not accept a parameter as given: no n\nhint: leave out the flag\n",
    )
