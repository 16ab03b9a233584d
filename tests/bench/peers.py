"""What the program is measured against: curl, a bare LiteLLM script, and the `llm` command."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.processes import Command, FailedRunError

LLM_VERSION = "0.36"
PROGRAM = Path(sys.executable).with_name("hello-llm")

BARE_SCRIPT = """\
import json, litellm, sys
answer = litellm.completion(
    model=sys.argv[1], api_base=sys.argv[2], api_key="x", stream=True, **json.loads(sys.argv[3]),
    messages=[{"role": "user", "content": "hi"}])
for chunk in answer: print(chunk.choices[0].delta.content or "", end="", flush=True)
"""

BARE_LOOP = """\
import litellm, sys
from concurrent.futures import ThreadPoolExecutor
litellm.suppress_debug_info = True
model, api_base, lanes, *prompts = sys.argv[1:]
def ask(prompt):
    answer = litellm.completion(model=model, api_base=api_base, api_key="x", num_retries=0,
        messages=[{"role": "user", "content": prompt}])
    return "the" in answer.choices[0].message.content
with ThreadPoolExecutor(int(lanes)) as pool: sys.exit(not all(pool.map(ask, prompts)))
"""


@dataclass(frozen=True, slots=True)
class Question:
    """What every program is to ask."""

    model: str
    """The model's name on the server."""
    api_base: str
    """The address of the server's OpenAI API."""
    params: Mapping[str, int] = field(default_factory=dict)
    """The parameters of the request, by their names on the wire."""


class Peers:
    """Makes the commands, each of which asks the same question of the same server."""

    def __init__(self, folder: Path, *, program: Path = PROGRAM) -> None:
        """Keep in `folder` what the commands need, for this process alone.

        Args:
            folder: is made.
            program: the program to measure.

        Raises:
            FailedRunError: somebody measures with this folder already.
        """
        self._folder = folder
        self._program = program
        self._environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "LANG": "C.UTF-8",
        }
        (folder / "home").mkdir(parents=True, exist_ok=True)
        self._lock = (folder / "lock").open("w", encoding="utf-8")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise FailedRunError(f"another benchmark runs with {folder}") from error
        for warm in (False, True):
            self._runtime_folder(warm=warm).mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "bare.py").write_text(BARE_SCRIPT, encoding="utf-8")
        (folder / "loop.py").write_text(BARE_LOOP, encoding="utf-8")

    def close(self) -> None:
        """Leave the folder to others."""
        self._lock.close()

    def install(self) -> None:
        """Install the `llm` command into an environment of its own, if it is not there."""
        where = self._folder / "llm"
        if Path(self._llm_program).exists():
            return
        shutil.rmtree(where, ignore_errors=True)
        venv.create(where, with_pip=True)
        install = ["-m", "pip", "install", "-q", "--compile", f"llm=={LLM_VERSION}"]
        subprocess.run([str(where / "bin" / "python"), *install], check=True)

    @property
    def config_file(self) -> Path:
        """A configuration file that runs may write."""
        return self._folder / "home" / "config.toml"

    def ours(
        self,
        name: str,
        *arguments: str,
        terminal: bool = False,
        warm: bool = False,
    ) -> Command:
        """Return a run of this program.

        Args:
            name: what the table calls it.
            arguments: its arguments.
            terminal: whether its output goes to a pseudo-terminal.
            warm: whether it may meet the warm process; a cold run has a folder where none can be.
        """
        around = {"XDG_RUNTIME_DIR": str(self._runtime_folder(warm=warm))}
        if terminal:
            around["TERM"] = "xterm-256color"
        argv = [str(self._program), *arguments]
        return Command(name, argv, self._environ | around, terminal=terminal)

    def ours_asking(
        self, name: str, question: Question, *, terminal: bool = False, warm: bool = False
    ) -> Command:
        """Return a run of this program that streams an answer."""
        wire = ("--provider", "litellm", "--model", f"openai/{question.model}")
        flags = [
            word
            for key, value in question.params.items()
            for word in (f"--{key.replace('_', '-')}", str(value))
        ]
        base = ("--api-base", question.api_base)
        arguments = ("chat", *wire, *base, *flags, "--stream", "hi")
        return self.ours(name, *arguments, terminal=terminal, warm=warm)

    def bare(self, name: str, question: Question) -> Command:
        """Return a run of five lines of LiteLLM that do the same."""
        script, params = str(self._folder / "bare.py"), json.dumps(dict(question.params))
        argv = [sys.executable, script, f"openai/{question.model}", question.api_base, params]
        return Command(name, argv, self._environ)

    def ours_checking(self, name: str, question: Question, calls: int, *, lanes: int) -> Command:
        """Return a run of `calls` checks, `lanes` at a time, each of which asks once."""
        suite = self._folder / f"checks-{calls}.toml"
        checks = [
            f'[[check]]\nname = "{prompt}"\nprompt = "{prompt}"\nexpect.contains = "the"\n'
            for prompt in _prompts(calls)
        ]
        suite.write_text("\n".join(["version = 1\n", *checks]), encoding="utf-8")
        wire = ("--provider", "litellm", "--model", f"openai/{question.model}")
        base = ("--api-base", question.api_base)
        return self.ours(name, "check", str(suite), *wire, *base, "-j", str(lanes))

    def ours_batching(
        self, name: str, question: Question | None, calls: int, *, lanes: int
    ) -> Command:
        """Return a run of a batch into `batch_file`; without a `question`, the mock answers."""
        rows = self._folder / f"rows-{calls}.jsonl"
        lines = (json.dumps({"id": prompt, "prompt": prompt}) for prompt in _prompts(calls))
        rows.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        wire = ["--model", "mock/echo"]
        if question is not None:
            wire = ["--model", f"openai/{question.model}", "--api-base", question.api_base]
        out = str(self.batch_file)
        return self.ours(name, "batch", str(rows), "--out", out, *wire, "-j", str(lanes))

    @property
    def batch_file(self) -> Path:
        """The output of a batch, which a run continues if it is there."""
        return self._folder / "batch.jsonl"

    def bare_loop(self, name: str, question: Question, calls: int, *, lanes: int) -> Command:
        """Return a run of ten lines of LiteLLM that ask the same in as many threads."""
        script, model = str(self._folder / "loop.py"), f"openai/{question.model}"
        argv = [sys.executable, script, model, question.api_base, str(lanes), *_prompts(calls)]
        # Else LiteLLM may still be fetching prices, in a thread beside the calls.
        return Command(name, argv, self._environ | {"LITELLM_LOCAL_MODEL_COST_MAP": "True"})

    def importing(self, name: str) -> Command:
        """Return a run that only imports LiteLLM."""
        return Command(name, [sys.executable, "-c", "import litellm"], self._environ)

    def llm(self, name: str, *arguments: str) -> Command:
        """Return a run of the `llm` command."""
        return Command(name, [self._llm_program, *arguments], self._environ)

    def llm_asking(self, name: str, question: Question) -> Command:
        """Return a run of the `llm` command that streams an answer."""
        home = self._folder / "llm-home" / question.model
        home.mkdir(parents=True, exist_ok=True)
        # YAML reads JSON.
        entry = {
            "model_id": "bench",
            "model_name": question.model,
            "api_base": question.api_base,
        }
        (home / "extra-openai-models.yaml").write_text(json.dumps([entry]), encoding="utf-8")
        keys = {"LLM_USER_PATH": str(home), "OPENAI_API_KEY": "x"}
        options = [
            word for key, value in question.params.items() for word in ("-o", key, str(value))
        ]
        argv = [self._llm_program, "-m", "bench", "--no-log", *options, "hi"]
        return Command(name, argv, self._environ | keys)

    def curl(self, name: str, question: Question) -> Command:
        """Return a run of curl that streams an answer."""
        message = {"role": "user", "content": "hi"}
        body = {"model": question.model, "stream": True, "messages": [message], **question.params}
        argv = ["curl", "-sSN", "-H", "Content-Type: application/json", "-d", json.dumps(body)]
        return Command(name, [*argv, f"{question.api_base}/chat/completions"], self._environ)

    def must_be_cold(self) -> None:
        """Make sure that a cold run meets no warm process.

        Raises:
            FailedRunError: there is a socket where there can be none.
        """
        for path in self._runtime_folder(warm=False).rglob("*"):
            if path.is_socket():
                raise FailedRunError(f"a cold run would not be cold: {path}")

    def _runtime_folder(self, *, warm: bool) -> Path:
        return self._folder / "run" / ("warm" if warm else "cold")

    @property
    def _llm_program(self) -> str:
        return str(self._folder / "llm" / "bin" / "llm")


def _prompts(calls: int) -> list[str]:
    return [f"question {number}" for number in range(1, calls + 1)]
