"""What the program is measured against: curl, a bare LiteLLM script, and the `llm` command."""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path

from tests.bench.processes import Command

LLM_VERSION = "0.36"
PROGRAM = Path(sys.executable).with_name("hello-llm")

BARE_SCRIPT = """\
import litellm, sys
answer = litellm.completion(
    model=sys.argv[1], api_base=sys.argv[2], api_key="x", stream=True,
    messages=[{"role": "user", "content": "hi"}])
for chunk in answer: print(chunk.choices[0].delta.content or "", end="", flush=True)
"""


class Peers:
    """Makes the commands, each of which asks the same server for the same answer."""

    def __init__(self, folder: Path, api_base: str) -> None:
        """Install what is missing into `folder`; ask the server at `api_base`."""
        self._folder = folder
        self._api_base = api_base
        self._environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "LANG": "C.UTF-8",
        }
        (folder / "home").mkdir(parents=True, exist_ok=True)
        (folder / "bare.py").write_text(BARE_SCRIPT, encoding="utf-8")
        self._install_llm()

    def ours(self, name: str, *arguments: str, terminal: bool = False) -> Command:
        """Return a run of this program."""
        return self._command(name, [str(PROGRAM), *arguments], terminal=terminal)

    def ours_asking(self, name: str, model: str, *, terminal: bool = False) -> Command:
        """Return a run of this program that streams an answer of `model`."""
        wire = ("--provider", "litellm", "--model", f"openai/{model}", "--api-base", self._api_base)
        return self.ours(name, "chat", *wire, "--stream", "hi", terminal=terminal)

    def bare(self, name: str, model: str) -> Command:
        """Return a run of five lines of LiteLLM that do the same."""
        argv = [sys.executable, str(self._folder / "bare.py"), f"openai/{model}", self._api_base]
        return self._command(name, argv)

    def importing(self, name: str) -> Command:
        """Return a run that only imports LiteLLM."""
        return self._command(name, [sys.executable, "-c", "import litellm"])

    def llm(self, name: str, *arguments: str) -> Command:
        """Return a run of the `llm` command."""
        return self._command(name, [str(self._folder / "llm" / "bin" / "llm"), *arguments])

    def llm_asking(self, name: str, model: str) -> Command:
        """Return a run of the `llm` command that streams an answer of `model`."""
        home = self._folder / "llm-home"
        home.mkdir(exist_ok=True)
        # YAML reads JSON.
        entry = {"model_id": "bench", "model_name": model, "api_base": self._api_base}
        (home / "extra-openai-models.yaml").write_text(json.dumps([entry]), encoding="utf-8")
        keys = {"LLM_USER_PATH": str(home), "OPENAI_API_KEY": "x"}
        argv = [str(self._folder / "llm" / "bin" / "llm"), "-m", "bench", "--no-log", "hi"]
        return self._command(name, argv, keys)

    def curl(self, name: str, model: str) -> Command:
        """Return a run of curl that streams an answer of `model`."""
        message = {"role": "user", "content": "hi"}
        body = json.dumps({"model": model, "stream": True, "messages": [message]})
        argv = ["curl", "-sSN", "-H", "Content-Type: application/json", "-d", body]
        return self._command(name, [*argv, f"{self._api_base}/chat/completions"])

    def _command(
        self,
        name: str,
        argv: list[str],
        more: Mapping[str, str] | None = None,
        *,
        terminal: bool = False,
    ) -> Command:
        environ = self._environ | dict(more or {})
        if terminal:
            environ |= {"TERM": "xterm-256color"}
        return Command(name, argv, environ, terminal=terminal)

    def _install_llm(self) -> None:
        where = self._folder / "llm"
        if (where / "bin" / "llm").exists():
            return
        shutil.rmtree(where, ignore_errors=True)
        venv.create(where, with_pip=True)
        install = ["-m", "pip", "install", "-q", "--compile", f"llm=={LLM_VERSION}"]
        subprocess.run([str(where / "bin" / "python"), *install], check=True)
