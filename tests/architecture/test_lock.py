"""The lock holds every dependency, hashed, from no particular place; LiteLLM is pinned exactly."""

import tomllib
from typing import Any

import pytest

from tests.architecture.lock import lock_faults, pins, requirements
from tests.architecture.sources import ROOT

GOOD = """\
--only-binary :all:

litellm==1.2.3 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via hello-llm
typing-extensions==4.0 ; python_version < '3.13' \\
    --hash=sha256:cc
"""
PROJECT: dict[str, Any] = {
    "project": {
        "dependencies": ["litellm==1.2.3"],
        "optional-dependencies": {"more": ["Typing_Extensions>=4 ; python_version < '3.13'"]},
    },
    "dependency-groups": {"dev": [{"include-group": "more"}]},
}


def test_the_lock_is_in_order():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert lock_faults(lock, project) == []


def test_a_good_lock_is_read_whole():
    assert lock_faults(GOOD, PROJECT) == []
    assert [(pin.name, pin.version, pin.hashes) for pin in pins(GOOD)] == [
        ("litellm", "1.2.3", 2),
        ("typing-extensions", "4.0", 1),
    ]
    assert requirements(PROJECT) == {"litellm": "==1.2.3", "typing-extensions": ">=4"}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (" \\\n    --hash=sha256:cc", "", "typing-extensions has no hash"),
        ("typing-extensions==4.0", "other==4.0", "typing-extensions is not locked"),
        ("--only-binary :all:\n", "", "source packages are not refused: --only-binary :all:"),
        ("\n\n", "\n--index-url x\n", "an address: --index-url"),
        ("# via", "# from https://example.org", "an address: https://"),
        ("1.2.3", "1.2.4", "litellm is 1.2.3 in pyproject.toml and ['1.2.4'] in the lock"),
    ],
)
def test_a_fault_of_the_lock_is_found(old, new, fault):
    assert lock_faults(GOOD.replace(old, new, 1), PROJECT) == [fault]


@pytest.mark.parametrize("wanted", ["litellm", "litellm>=1.2.3", "litellm==1.*"])
def test_a_loose_pin_is_found(wanted):
    project = PROJECT | {"project": PROJECT["project"] | {"dependencies": [wanted]}}
    (fault,) = lock_faults(GOOD, project)
    assert fault.startswith("litellm is not pinned exactly")
