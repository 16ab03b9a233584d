"""The environment decides nothing: with nonsense in it, every byte that leaves is the same."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

from tests.providers.subjects import PROTOCOLS, base_of, serving
from tests.servers import Script

ENDPOINTS = """
    ANTHROPIC_API_BASE ANTHROPIC_BASE_URL AZURE_API_BASE GEMINI_API_BASE HOSTED_VLLM_API_BASE
    LITELLM_MODEL_COST_MAP_URL LITELLM_PROXY_API_BASE MISTRAL_API_BASE OLLAMA_API_BASE OLLAMA_HOST
    OPENAI_API_BASE OPENAI_BASE_URL OPENROUTER_API_BASE
    ALL_PROXY HTTPS_PROXY HTTP_PROXY all_proxy https_proxy http_proxy
""".split()
SETTINGS = {
    **dict.fromkeys("OPENAI_ORGANIZATION OPENAI_ORG_ID".split(), "org-nonsense"),
    **dict.fromkeys("OPENAI_PROJECT OPENAI_PROJECT_ID OR_APP_NAME".split(), "nonsense"),
    **dict.fromkeys("ANTHROPIC_CUSTOM_HEADERS OPENAI_CUSTOM_HEADERS".split(), "x-nonsense: 1"),
    "ANTHROPIC_AUTH_TOKEN": "nonsense",
    "OR_SITE_URL": "http://nonsense.invalid",
    # transport
    **dict.fromkeys("NO_PROXY no_proxy".split(), "nonsense.invalid"),
    **dict.fromkeys("SSL_CERT_DIR SSL_CERT_FILE SSL_CERTIFICATE".split(), "/nonsense"),
    **dict.fromkeys("CURL_CA_BUNDLE REQUESTS_CA_BUNDLE".split(), "/nonsense"),
    **dict.fromkeys("SSL_ECDH_CURVE SSL_SECURITY_LEVEL".split(), "nonsense"),
    "SSL_VERIFY": "False",
    "SSLKEYLOGFILE": "keys-of-tls",
    "AIOHTTP_TRUST_ENV": "True",
    "DISABLE_AIOHTTP_TRANSPORT": "True",
    "LITELLM_HTTP2": "True",
    "LITELLM_USER_AGENT": "nonsense/1",
    # behaviour
    "REQUEST_TIMEOUT": "0.001",
    **dict.fromkeys("DEFAULT_MAX_RETRIES INITIAL_RETRY_DELAY MAX_RETRY_DELAY JITTER".split(), "3"),
    **dict.fromkeys("DEFAULT_MAX_TOKENS DEFAULT_ANTHROPIC_CHAT_MAX_TOKENS".split(), "3"),
    **dict.fromkeys("DEFAULT_REASONING_EFFORT_LOW_THINKING_BUDGET".split(), "3"),
    "LITELLM_DROP_PARAMS": "True",
    "LITELLM_ENABLE_ANTHROPIC_PROMPT_CACHING": "True",
    "LITELLM_MAX_STREAMING_DURATION_SECONDS": "0.001",
    "LITELLM_MODIFY_PARAMS": "True",
    "LITELLM_ROUTE_ALL_CHAT_OPENAI_TO_RESPONSES": "True",
    "REPEATED_STREAMING_CHUNK_LIMIT": "2",
    # loading and logging
    "DEFER_PYDANTIC_BUILD": "nonsense",
    "JSON_LOGS": "True",
    "LITELLM_DEV_ENV_HOT_RELOAD": "True",
    "LITELLM_DISABLE_LAZY_LOADING": "True",
    "LITELLM_DISABLE_REDACT_SECRETS": "True",
    "LITELLM_LOCAL_MODEL_COST_MAP": "False",
    "LITELLM_LOG": "DEBUG",
    "LITELLM_MODE": "DEV",
    "LITELLM_RUST": "nonsense",
    "NO_COLOR": "1",
    "OPENAI_LOG": "debug",
    # ours, if there were any
    "HELLO_LLM_CONFIG": "/nonsense",
    "HELLO_LLM_MODEL": "openai/nonsense",
    "HELLO_LLM_PROVIDER": "mock",
}
VENDORS = {
    "anthropic": "api.anthropic.com",
    "gemini": "generativelanguage.googleapis.com",
    "mistral": "api.mistral.ai",
    "openai": "api.openai.com",
    "openrouter": "openrouter.ai",
}
"""Where vendors are at home."""
KEY = "the-key-of-the-vendor"
KEYS = {f"{vendor.upper()}_API_KEY": KEY for vendor in VENDORS}
SCRIPTS = (Script(chunks=("ha",) * 5), Script(), Script(), Script(status=503))

# The import of LiteLLM does not see where the guard of the tests has its log.
ASK = """
import os, sys
import sitecustomize as guard
refused = []

def keep(what, variable=guard.LOG_VARIABLE):
    if variable == guard.LOG_VARIABLE:
        refused.append(what)

guard._log = keep
from hello_llm.cli.app import run

def ask(*flags):
    code = run(["chat", "hi", "--provider", "litellm", "--retries", "0", *flags])
    print("->", int(code), *refused, flush=True)
    refused.clear()

protocols, bases, vendors = (argument.split() for argument in sys.argv[1:])
for protocol, base in zip(protocols, bases):
    for flags in (["--stream"], ["--temperature", "0.5"], ["--seed", "3"], []):
        ask("--model", f"{protocol}/tiny", "--api-base", base, *flags)
for vendor in vendors:
    ask("--model", f"{vendor}/tiny")
assert "FROM_DOTENV" not in os.environ
"""
_HAHA, _HELLO = "hahahahaha\n-> 0\n", "Hello, world!\n-> 0\n"
_TWO_VENDORS = f"{_HAHA}{_HELLO}{_HELLO}-> 8\n" * 2
_ANTHROPIC = f"{_HAHA}{_HELLO}-> 4\n{_HELLO}"  # it takes no seed
ANSWERS = _TWO_VENDORS + _ANTHROPIC
ANSWERS += "".join(f"-> 6 socket.getaddrinfo {home}\n" for home in VENDORS.values())


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of the calls of one process, PORT standing for the port of a server."""

    received: list[list[str]]
    """Every byte that each of the servers got."""
    code: int
    """The exit code."""
    stdout: str
    """All of standard output."""
    stderr: str
    """All of standard error."""


def asked(folder, environ):
    """Ask three servers on loopback, then the vendors at home, all in one process."""
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(protocol, *SCRIPTS)) for protocol in PROTOCOLS]
        words = (PROTOCOLS, map(base_of, servers), VENDORS)
        ended = subprocess.run(
            [sys.executable, "-c", ASK, *map(" ".join, words)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            env=os.environ | KEYS | environ,
        )
    ports = re.compile("|".join(str(server.port) for server in servers))
    received = [[r.raw.decode("latin-1") for r in server.requests] for server in servers]
    return Asked(
        [[ports.sub("PORT", raw) for raw in requests] for requests in received],
        ended.returncode,
        ended.stdout,
        ports.sub("PORT", ended.stderr),
    )


def with_dotenv(folder, environ):
    """Return a folder in `folder`, each with a ``.env`` that holds `environ`, and keys."""
    inner = folder / "inner"
    inner.mkdir()
    variables = environ | dict.fromkeys(KEYS, "wrong") | {"FROM_DOTENV": "1"}
    for place in (folder, inner):
        text = "".join(f"{name}={value}\n" for name, value in variables.items())
        (place / ".env").write_text(text)
    return inner


def test_no_variable_and_no_dotenv_changes_a_byte(tmp_path, tmp_path_factory):
    with serving("openai") as trap, ThreadPoolExecutor() as pool:
        nonsense = SETTINGS | dict.fromkeys(ENDPOINTS, trap.url)
        folder = with_dotenv(tmp_path, nonsense)
        clean, hostile = pool.map(asked, (tmp_path_factory.mktemp("clean"), folder), ({}, nonsense))
        assert trap.connections == []
    assert hostile == clean
    assert (clean.code, [len(requests) for requests in clean.received]) == (0, [4, 4, 3])
    assert KEY not in str(clean.received)
    assert clean.stdout == ANSWERS
    assert all(line.startswith(("error: ", "hint: ")) for line in clean.stderr.splitlines())
    assert [file.name for file in folder.iterdir()] == [".env"]
