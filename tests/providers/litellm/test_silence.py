"""The environment decides nothing, and the substrate prints nothing."""

import os
import subprocess
import sys

from hello_llm.providers.litellm.environment import drop_decisive, import_environment
from tests.providers.subjects import base_of, serving

HOSTILE = {
    "OPENAI_BASE_URL": "http://127.0.0.1:9/wrong",
    "OPENAI_API_BASE": "http://127.0.0.1:9/wrong",
    "OLLAMA_API_BASE": "http://127.0.0.1:9/wrong",
    "ANTHROPIC_API_BASE": "http://127.0.0.1:9/wrong",
    "ANTHROPIC_AUTH_TOKEN": "wrong",
    "OPENAI_ORG_ID": "wrong",
    "OPENAI_PROJECT_ID": "wrong",
    "OPENAI_CUSTOM_HEADERS": "x-wrong: 1",
    "LITELLM_DROP_PARAMS": "true",
    "LITELLM_MODE": "DEV",
    "LITELLM_LOCAL_MODEL_COST_MAP": "false",
    "JSON_LOGS": "true",
    "REQUEST_TIMEOUT": "0.001",
    "DEFAULT_MAX_RETRIES": "7",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "socks5://127.0.0.1:9",
    "SSL_CERT_FILE": "/nonsense",
    "SSL_VERIFY": "false",
    "ANTHROPIC_BASE_URL": "http://127.0.0.1:9/wrong",
    "DEFAULT_MAX_TOKENS": "3",
    "DEFAULT_ANTHROPIC_CHAT_MAX_TOKENS": "3",
    "REPEATED_STREAMING_CHUNK_LIMIT": "2",
    "https_proxy": "http://127.0.0.1:9",
}

# The test's own guard looks for its log in the environment, which LiteLLM's import does not see.
SCRIPT = """
import sys
hosts = set()
def note(event, arguments):
    if event == "socket.getaddrinfo":
        hosts.add(arguments[0])
    elif event in {"socket.connect", "socket.sendto"} and isinstance(arguments[1], tuple):
        hosts.add(arguments[1][0])
sys.addaudithook(note)
from hello_llm import get_provider
for protocol, base in zip(("openai/m", "ollama/m", "anthropic/m"), sys.argv[1:]):
    provider = get_provider("litellm", model=protocol, api_base=base, timeout=10)
    list(provider.stream_chat("hi"))
    provider.chat("hi")
assert hosts <= {"127.0.0.1", "localhost"}, hosts
"""


def requests_with(environment, tmp_path):
    """What three servers receive from a process with `environment`, and what it prints."""
    (tmp_path / ".env").write_text("OPENAI_BASE_URL=http://127.0.0.1:9/dotenv\n")
    with serving("openai") as one, serving("ollama") as two, serving("anthropic") as three:
        servers = (one, two, three)
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, *map(base_of, servers)],
            capture_output=True,
            cwd=tmp_path,
            env=os.environ | environment,
            check=False,
        )
        received = [
            request.raw.replace(str(server.port).encode(), b"PORT")
            for server in servers
            for request in server.requests
        ]
    return received, done.returncode, done.stdout, done.stderr


def test_a_hostile_environment_changes_no_byte_and_nothing_is_printed(tmp_path):
    clean = requests_with({}, tmp_path)
    assert clean[1:] == (0, b"", b"")
    assert len(clean[0]) == 6
    for log in ("nonsense", "DEBUG"):
        assert requests_with(HOSTILE | {"LITELLM_LOG": log}, tmp_path) == clean


def test_the_import_sees_none_of_its_settings_but_ours():
    environ = {"PATH": "/bin", "OPENAI_API_KEY": "k", "LITELLM_LOG": "DEBUG", "MY_APP": "1"}
    with import_environment(environ):
        assert environ == {
            "PATH": "/bin",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "LITELLM_MODE": "PRODUCTION",
        }
    assert environ == {
        "PATH": "/bin",
        "OPENAI_API_KEY": "k",
        "MY_APP": "1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_MODE": "PRODUCTION",
    }


def test_keys_stay_and_what_decides_goes():
    environ = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "u", "https_proxy": "p", "HOME": "/"}
    assert sorted(drop_decisive(environ)) == ["OPENAI_BASE_URL", "https_proxy"]
    assert environ == {"OPENAI_API_KEY": "k", "HOME": "/"}
