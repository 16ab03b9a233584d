"""The locks hold every dependency, hashed, from no particular place; LiteLLM is pinned exactly."""

import tomllib
from importlib.metadata import requires
from typing import Any

import pytest
from packaging.requirements import Requirement

from tests.architecture.lock import (
    Pin,
    clients_faults,
    clients_requirements,
    closure_faults,
    cluster_faults,
    cluster_requirements,
    container_faults,
    container_requirements,
    lock_faults,
    pins,
    requirements,
    weights_faults,
)
from tests.architecture.sources import ROOT

GOOD = """\
--only-binary :all:

litellm==1.2.3 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via hello-llm
typing-extensions==4.0 ; python_version < '4' \\
    --hash=sha256:cc
typing-extensions==5.0 ; python_version >= '4' \\
    --hash=sha256:dd
flit-core==4.2 \\
    --hash=sha256:ee
"""
WEIGHTS = """\
--only-binary :all:

llm-small==1.0 \\
    --hash=sha256:dd
"""
PROJECT: dict[str, Any] = {
    "project": {
        "dependencies": ["litellm==1.2.3"],
        "optional-dependencies": {
            "more": ["Typing_Extensions>=4 ; python_version < '3.13'"],
            "ray": ["ray[client]>=2"],
            "serve": ["Typing_Extensions>=4"],
        },
    },
    "dependency-groups": {
        "weights": ["llm-small==1.0"],
        "cluster": ["moto>=5"],
        "clients": ["daphne>=4"],
        "backend": ["flit_core>=4"],
        "test": ["Typing_Extensions>=4"],
        "dev": [{"include-group": "more"}],
    },
}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads(read("pyproject.toml"))


def test_the_lock_is_in_order(project):
    assert lock_faults(read("requirements.lock"), project) == []


def test_the_lock_for_clusters_is_in_order(project):
    assert cluster_faults(read("cluster.lock"), project) == []


def test_the_lock_for_clients_is_in_order(project):
    assert clients_faults(read("clients.lock"), project) == []


def test_the_lock_of_the_container_is_in_order(project):
    assert container_faults(read("container.lock"), project) == []


def test_the_container_gets_what_the_tests_ran_with():
    assert set(_versions("container.lock")) <= set(_versions("requirements.lock"))


def _versions(name: str) -> list[tuple[str, str]]:
    return [(pin.name, pin.version) for pin in pins(read(name))]


def test_the_lock_of_the_weights_is_in_order(project):
    assert weights_faults(read("weights.lock"), project) == []


def test_the_lock_holds_whatever_its_packages_require(project):
    assert closure_faults(read("requirements.lock"), requirements(project), requires) == []


def test_a_good_lock_is_read_whole():
    assert lock_faults(GOOD, PROJECT) == []
    assert container_faults(GOOD, PROJECT) == []
    assert weights_faults(WEIGHTS, PROJECT) == []
    assert pins(GOOD) == [
        Pin("litellm", "1.2.3", 2),
        Pin("typing-extensions", "4.0", 1, "python_version < '4'"),
        Pin("typing-extensions", "5.0", 1, "python_version >= '4'"),
        Pin("flit-core", "4.2", 1),
    ]
    assert [one.name for one in requirements(PROJECT)] == [
        "litellm",
        "Typing_Extensions",
        "Typing_Extensions",
        "flit_core",
        "Typing_Extensions",
    ]


def test_the_lock_for_clusters_has_packages_of_its_own():
    wanted = [one.name for one in cluster_requirements(PROJECT)]
    assert wanted == ["litellm", "ray", "moto", "flit_core", "Typing_Extensions"]
    assert cluster_faults(GOOD, PROJECT) == ["moto is not locked", "ray is not locked"]


def test_the_lock_for_clients_has_packages_of_its_own():
    wanted = [one.name for one in clients_requirements(PROJECT)]
    assert wanted == ["litellm", "Typing_Extensions", "daphne", "flit_core", "Typing_Extensions"]
    assert clients_faults(GOOD, PROJECT) == ["daphne is not locked"]


def test_the_lock_of_the_container_has_no_tools():
    wanted = [one.name for one in container_requirements(PROJECT)]
    assert wanted == ["litellm", "Typing_Extensions", "flit_core"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (" \\\n    --hash=sha256:cc", "", "typing-extensions has no hash"),
        ("typing-extensions==", "other==", "typing-extensions is not locked"),
        ("--only-binary :all:\n", "", "source packages are not refused: --only-binary :all:"),
        ("\n\n", "\n--index-url x\n", "an address: --index-url"),
        ("# via", "# from https://example.org", "an address: https://"),
        ("1.2.3", "1.2.4", "litellm is 1.2.3 in pyproject.toml and ['1.2.4'] in the lock"),
    ],
)
def test_a_fault_of_the_lock_is_found(old, new, fault):
    assert lock_faults(GOOD.replace(old, new), PROJECT) == [fault]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (" \\\n    --hash=sha256:dd", "", "llm-small has no hash"),
        ("--only-binary :all:\n", "", "source packages are not refused: --only-binary :all:"),
        ("1.0", "1.1", "it holds ['llm-small==1.1'] instead of ['llm-small==1.0']"),
        (
            "dd\n",
            "dd\nllm==1 \\\n    --hash=sha256:ee\n",
            "it holds ['llm-small==1.0', 'llm==1'] instead of ['llm-small==1.0']",
        ),
    ],
)
def test_a_fault_of_the_lock_of_the_weights_is_found(old, new, fault):
    assert weights_faults(WEIGHTS.replace(old, new), PROJECT) == [fault]


@pytest.mark.parametrize("wanted", ["litellm", "litellm>=1.2.3", "litellm==1.*"])
def test_a_loose_pin_is_found(wanted):
    project = PROJECT | {"project": PROJECT["project"] | {"dependencies": [wanted]}}
    (fault,) = lock_faults(GOOD, project)
    assert fault.startswith("litellm is not pinned exactly")


@pytest.mark.parametrize(
    ("required", "faults"),
    [
        ("Typing.Extensions>=4", []),
        ("other; python_version < '3'", []),
        ("other; extra == 'unasked'", []),
        ("other", ["other is required, and the lock has None"]),
        ("other; extra == 'more'", ['other; extra == "more" is required, and the lock has None']),
        ("typing-extensions>=5", ["typing-extensions>=5 is required, and the lock has 4.0"]),
    ],
)
def test_an_unlocked_requirement_of_a_locked_package_is_found(required, faults):
    required_by = {"litellm": [required, "litellm[more]"], "typing-extensions": None}
    assert closure_faults(GOOD, [Requirement("litellm[more]")], required_by.get) == faults
