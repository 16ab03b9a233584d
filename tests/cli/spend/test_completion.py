"""What a shell offers for `spend`, and for the limits in the configuration."""

import pytest

from hello_llm.contract.budget import WINDOWS
from hello_llm.ledger.spending import GROUPINGS
from tests.cli.test_completion import offered

CONFIG = """version = 1
[defaults]
model = "openai/gpt-4.1"
[profiles.ci]
[budget]
daily = 1
[budget.profiles.ci]
weekly = 2
"""
OWNED = "budget.models.openai/gpt-4.1"


@pytest.fixture(autouse=True)
def configuration(home):
    folder = home / ".config" / "hello-llm"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIG)


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("spend ", ["reconcile"]),
        ("spend --by ", GROUPINGS),
        ("spend --since ", []),
        ("spend reconcile --", ["--json", "--help"]),
        ("config set bu", ["budget."]),
        (
            "config get budget.",
            [f"budget.{key}" for key in (*WINDOWS, "mode", "profiles.", "models.")],
        ),
        ("config set budget.profiles.", ["budget.profiles.ci."]),
        ("config set budget.models.", [f"{OWNED}."]),
        (f"config set {OWNED}.", [f"{OWNED}.{window}" for window in WINDOWS]),
        ("config set budget.mode ", ["stop", "warn"]),
        ("config set budget.daily ", []),
        ("config set budget.nonsense ", []),
        ("config unset bu", ["budget.daily", "budget.profiles.ci.weekly"]),
    ],
)
def test_values_are_offered(line, values):
    kind, *found = offered(line)
    assert (kind, sorted(found)) == ("values", sorted(values))
