"""Every mistake on the command line gets its exit code, one sentence and what repairs it."""

from dataclasses import dataclass

import pytest

from hello_llm.cli.commands.schema import NAMES
from hello_llm.contract import ExitCode
from hello_llm.providers.http.vendor_table import KEY_PAGES
from tests.cli.program import program
from tests.cli.refusals import check

KEY = "sk-proj-Zm9vYmFyYmF6cXV4"


@dataclass(frozen=True)
class Mistake:
    """A command line and what becomes of it."""

    flags: str
    error: str
    hint: str | None = None
    code: ExitCode = ExitCode.USAGE

    def __str__(self):
        return self.flags

    @property
    def arguments(self):
        return ["chat", "hi", *self.flags.split()]

    @property
    def stderr(self):
        hint = "" if self.hint is None else f"hint: {self.hint}\n"
        return f"error: {self.error}\n{hint}"


def missing_key(vendor, variable, flags=""):
    return Mistake(
        f"--provider litellm --model {vendor}/tiny {flags}",
        f"{variable} is not set, and {vendor}/tiny needs it",
        f"export {variable}=…   or name another variable with --api-key-env"
        f"; keys are created at https://{KEY_PAGES[vendor]}",
        ExitCode.AUTH,
    )


def no_vendor(model, suggestion):
    hint = f"--model {suggestion}"
    return Mistake(
        f"--provider litellm --model {model}", f"model '{model}' has no vendor prefix", hint
    )


FLAGS = [
    Mistake(
        "--provider openai",
        '--provider must be mock or litellm, not "openai"',
        "a vendor is a model prefix: --provider litellm --model openai/gpt-4o-mini",
    ),
    Mistake(
        "--provider litelm",
        '--provider must be mock or litellm, not "litelm"',
        'did you mean "litellm"?',
    ),
    Mistake(
        "--provider litellm",
        "the litellm provider needs a model",
        "--model openai/gpt-4o-mini, or --model local/smollm2 for one that needs no account",
    ),
    no_vendor("gpt-4o-mini", "openai/gpt-4o-mini"),
    no_vendor("claude-3-5-haiku-latest", "anthropic/claude-3-5-haiku-latest"),
    no_vendor("gemini-2.0-flash", "gemini/gemini-2.0-flash"),
    no_vendor("qwen2.5:0.5b", "ollama/qwen2.5:0.5b"),
    Mistake(
        "--model gpt-4o-mini",
        "model 'gpt-4o-mini' has no vendor prefix",
        "--model openai/gpt-4o-mini",
    ),
    Mistake(
        "--provider litellm --model opnai/gpt-4o",
        "unknown vendor 'opnai' in model 'opnai/gpt-4o'",
        "--model openai/gpt-4o",
    ),
    Mistake(
        "--provider litellm --model openai/",
        "model 'openai/' names a vendor but no model",
        "--model openai/NAME",
    ),
    Mistake("--model=", '--model must be a model such as openai/gpt-4o-mini, not ""'),
    Mistake(
        "--provider litellm --model local/nope",
        "there is no local model 'nope'; known: smollm2",
        "hello-llm config set local.models.NAME PATH   or --model local/PATH.gguf",
    ),
    missing_key("openai", "OPENAI_API_KEY"),
    missing_key("anthropic", "ANTHROPIC_API_KEY"),
    missing_key("gemini", "GEMINI_API_KEY"),
    missing_key("openai", "OTHER", "--api-key-env OTHER"),
    Mistake("--temperature 3", "--temperature must be a number from 0 to 2, not 3"),
    Mistake("--temperature hot", '--temperature must be a number from 0 to 2, not "hot"'),
    Mistake("--temperature nan", "--temperature must be a number from 0 to 2, not nan"),
    Mistake("--top-p 1.5", "--top-p must be a number from 0 to 1, not 1.5"),
    Mistake("--max-tokens 0", "--max-tokens must be a whole number from 1 to 2147483647, not 0"),
    Mistake(
        "--max-tokens 1.5", '--max-tokens must be a whole number from 1 to 2147483647, not "1.5"'
    ),
    Mistake("--seed x", '--seed must be a whole number of 64 bits, not "x"'),
    Mistake(
        "--timeout -1",
        "--timeout must be a number of seconds from 0 to 604800,"
        " or a time such as 500ms, 90s, 5m or 1h, not -1",
    ),
    Mistake("--color red", '--color must be auto, always or never, not "red"'),
    Mistake(
        "--api-base localhost:80",
        "--api-base must be an address such as http://127.0.0.1:11434, but it does not begin with"
        " http:// or https://",
    ),
    Mistake(
        f"--api-key-env {KEY}",
        "--api-key-env must be the name of an environment variable, not the key itself",
        "keep the secret in an environment variable and name the variable: "
        'api_key_env = "OPENAI_API_KEY"',
    ),
    Mistake("--frobnicate", "there is no option --frobnicate", "hello-llm chat --help"),
    Mistake("--temp 1", "there is no option --temp", "--temperature"),
    Mistake("--sytem x", "there is no option --sytem", "--system or --stream"),
    Mistake("--st x", "there is no option --st", "--stop or --stream"),
    Mistake(
        "-5 degrees",
        "there is no option -5",
        "hello-llm chat -- -5…   if that begins the prompt",
    ),
    Mistake("-o json", "--out json would write a file of that name", "--output json"),
    Mistake("-o model", "--out model would write a file of that name", "--model"),
    Mistake("--model", "option '--model' requires an argument", "hello-llm chat --help"),
    Mistake(
        "--config none.toml",
        "there is no file none.toml",
        "hello-llm config init --config none.toml writes one",
    ),
    Mistake(
        "--profile ci",
        'there is no profile "ci": there is no configuration file',
        "hello-llm config init writes one, or name one: --config FILE",
    ),
    Mistake(
        "--out none/x",
        "cannot write none/x: No such file or directory",
        "choose another place with --out FILE",
        ExitCode.IO,
    ),
    Mistake(
        "--out .",
        "cannot write .: Is a directory",
        "choose another place with --out FILE",
        ExitCode.IO,
    ),
]


@pytest.mark.parametrize("mistake", FLAGS, ids=str)
def test_a_mistake_on_the_command_line(mistake):
    check(mistake.arguments, mistake.code, mistake.stderr)


def test_two_forms_at_once():
    ended = program("chat", "hi", "--json", "--output", "plain")
    assert (ended.code, ended.document["error"]["code"]) == (2, "USAGE")
    assert ended.stderr == (
        "error: --json and --output plain ask for different formats\nhint: leave out one\n"
    )


def test_a_form_that_does_not_exist():
    ended = program("chat", "hi", "--output", "pretty")
    assert (ended.code, ended.stdout) == (2, b"")
    assert ended.stderr == (
        'error: --output must be auto, rich, plain, json or ndjson, not "pretty"\n'
    )


def test_an_error_as_events_is_a_start_and_one_error():
    ended = program("chat", "hi", "--stream", "--json", "--model", "gpt-4o-mini")
    start, error = ended.events
    assert start == {
        "event": "start",
        "schema": "hello-llm.events/1",
        "provider": "litellm",
        "model": "gpt-4o-mini",
    }
    assert (error["event"], error["ok"], error["exit_code"]) == ("error", False, 2)
    assert error["error"]["hint"] == "--model openai/gpt-4o-mini"


@pytest.mark.parametrize(
    ("arguments", "sentences"),
    [
        (["chatt"], "there is no command chatt\nhint: hello-llm chat\n"),
        (["--frobnicate"], "there is no option --frobnicate\nhint: hello-llm --help\n"),
        (["hi"], "there is no command hi\nhint: hello-llm chat hi\n"),
        (
            ["say it", "again"],
            "there is no command 'say it'\nhint: hello-llm chat 'say it' again\n",
        ),
        (["schema"], "missing argument 'NAME'\nhint: hello-llm schema --help\n"),
        (
            ["schema", "x"],
            f"there is no schema 'x'\nhint: schemas: {', '.join(NAMES)}\n",
        ),
        (["help", "x"], "there is no help on 'x'\nhint: hello-llm help\n"),
    ],
)
def test_a_mistake_outside_of_chat(arguments, sentences):
    ended = program(*arguments)
    assert (ended.code, ended.stdout, ended.stderr) == (2, b"", f"error: {sentences}")
