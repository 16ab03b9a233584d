"""Writes the example configuration from the table of settings."""

from hello_llm.settings.field import Field
from hello_llm.settings.fields import FIELDS
from hello_llm.toml_file.kinds import Choice, Integer, Number

_HEAD = """\
# The configuration of hello-llm. Each setting is commented out, with its default or an example:
# remove the # to set it. A flag overrides a profile, and a profile overrides [defaults]. Never
# put a key or password here: name the environment variable that holds it.

version = 1

# The profile to use without --profile.
#default_profile = "ollama"

[defaults]
"""

_TAIL = """\

# A profile can set any of the keys above; choose it with --profile NAME.
[profiles.ollama]
provider = "litellm"
model = "ollama/qwen2.5:0.5b"
stream = true

[profiles.openai]
provider = "litellm"
model = "openai/gpt-4o-mini"
api_key_env = "OPENAI_API_KEY"

# Limits in US dollars, over all your processes: for a day, a week from Monday and a month of your
# local time. A call that no longer fits is refused ("stop") or made with a warning ("warn").
[budget]
#daily = 5
#weekly = 20
#monthly = 50
#mode = "stop"

# The same keys limit the calls with one profile, or to one model.
#[budget.profiles.openai]
#[budget.models."openai/gpt-4o-mini"]

# Model files (GGUF) that --model local/NAME runs on this machine.
# Relative paths start in the folder of this file.
[local.models]
#tiny = "~/models/tiny.gguf"

# What the price list lacks or has wrong about a model; a price is in US dollars for a million
# tokens.
#
#   [models."openai/my-finetune"]
#   input = 3.0
#   output = 12.0
#   cached_input = 1.5
#   context = 128000
#   max_output = 16384
#   can = ["vision", "tools"]
"""


def example_text() -> str:
    """Return the text of ``config.example.toml``, which ``config init`` also writes."""
    return _HEAD + "\n".join(_lines(field) for field in FIELDS.values()) + _TAIL


def _lines(field: Field) -> str:
    """Return the comment on a setting and the line that would set it."""
    from textwrap import fill

    comment = field.row.summary
    if isinstance(field.kind, Choice | Number | Integer):
        comment += f" Allowed: {field.kind.allowed}."
    if field.default is None:
        comment += " Unset by default."
    shown = field.row.example if field.default is None else field.default
    wrapped = fill(comment, 98, initial_indent="# ", subsequent_indent="# ")
    return f"{wrapped}\n#{assignment(field.key, shown)}"


def assignment(key: str, value: object) -> str:
    """Return the line that sets `key` to `value`, with a table in braces."""
    from tomli_w import dumps

    if not isinstance(value, dict):
        return dumps({key: value})
    pairs = ", ".join(dumps({name: inner}).rstrip("\n") for name, inner in value.items())
    return f"{key} = {{ {pairs} }}\n"
