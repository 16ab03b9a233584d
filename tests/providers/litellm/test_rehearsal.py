"""After the warm-up a first call finds all it needs, and the process may fork."""

import json
import subprocess
import sys
from contextlib import ExitStack

from tests.servers import Anthropic, Dialect, Ollama, OpenAI, Script, ScriptedServer

CHILD = """
import json, sys, threading
from hello_llm.contract import fold
from hello_llm.providers.factory import get_provider
from hello_llm.providers.litellm.rehearsal import rehearse_all

rehearse_all()
threads = threading.enumerate()
report = {"threads": [thread.name for thread in threads], "texts": {}, "new": []}
for model, base in json.loads(sys.argv[1]).items():
    before = set(sys.modules)
    provider = get_provider("litellm", model=model, api_base=base)
    report["texts"][model] = fold(provider.stream_chat("hi")).text
    report["new"] += sorted(set(sys.modules) - before)
print(json.dumps(report))
"""
GEMINI = {
    "candidates": [
        {
            "index": 0,
            "content": {"role": "model", "parts": [{"text": "Hi"}]},
            "finishReason": "STOP",
        }
    ],
    "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2},
}
EVENTS = (("Content-Type", "text/event-stream"),)
GEMINI_STREAM = Script(body=f"data: {json.dumps(GEMINI)}\n\n".encode(), headers=EVENTS)
GEMINI_PATH = "/models/gemini-2.0-flash:streamGenerateContent?alt=sse"
SERVERS: dict[str, tuple[Dialect, str, Script]] = {
    "openai/gpt-4o-mini": (OpenAI(), "/v1", Script()),
    "ollama/qwen2.5:0.5b": (Ollama(), "", Script()),
    "anthropic/claude-haiku-4-5": (Anthropic(), "", Script()),
    "gemini/gemini-2.0-flash": (OpenAI(path=GEMINI_PATH), "", GEMINI_STREAM),
    "mistral/mistral-small-latest": (OpenAI(), "/v1", Script()),
}


def test_a_first_call_after_it_imports_nothing_and_a_fork_would_lose_no_thread():
    with ExitStack() as stack:
        bases = {}
        for model, (dialect, path, script) in SERVERS.items():
            server = stack.enter_context(ScriptedServer(dialect, script))
            bases[model] = server.url + path
        child = subprocess.run(
            [sys.executable, "-c", CHILD, json.dumps(bases)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
    texts = dict.fromkeys(SERVERS, "Hello, world!") | {"gemini/gemini-2.0-flash": "Hi"}
    assert json.loads(child.stdout) == {"threads": ["MainThread"], "texts": texts, "new": []}
    assert child.stderr == ""
