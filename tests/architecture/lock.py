"""What each lock must hold, and must not."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_REQUIREMENT = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[^\s;]+)(?: *; *(?P<marker>[^\\\n]*[^\\\n ]))?",
    re.MULTILINE,
)
_ADDRESS = re.compile(r"--(?:extra-)?index-url|--find-links|\w+://|(?<= )@ ", re.IGNORECASE)
_WEIGHTS = "weights"
_CLUSTER = "cluster"
_CLIENTS = "clients"
_BACKEND = "backend"
_TOOLS = frozenset({"test", "build", _BACKEND})
"""The groups that every environment for tests has."""
_OF_CLUSTERS = frozenset({"ray", "modal", "remote"})
"""The extras that are not in requirements.lock: they would make its environment twice as large."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a lock."""

    name: str
    version: str
    hashes: int
    marker: str | None = None
    """Where it applies; ``None`` is everywhere."""


def pins(lock: str) -> list[Pin]:
    """Return every package that is locked."""
    starts = list(_REQUIREMENT.finditer(lock))
    ends = [*(start.start() for start in starts[1:]), len(lock)]
    return [
        Pin(
            start["name"],
            start["version"],
            lock.count("--hash=sha256:", start.end(), end),
            start["marker"],
        )
        for start, end in zip(starts, ends, strict=True)
    ]


def lock_faults(lock: str, project: dict[str, Any]) -> list[str]:
    """Find what is wrong with requirements.lock, given the pyproject `project`."""
    return _faults(lock, requirements(project))


def cluster_faults(lock: str, project: dict[str, Any]) -> list[str]:
    """Find what is wrong with cluster.lock, given the pyproject `project`."""
    return _faults(lock, cluster_requirements(project))


def clients_faults(lock: str, project: dict[str, Any]) -> list[str]:
    """Find what is wrong with clients.lock, given the pyproject `project`."""
    return _faults(lock, clients_requirements(project))


def container_faults(lock: str, project: dict[str, Any]) -> list[str]:
    """Find what is wrong with container.lock, given the pyproject `project`."""
    return _faults(lock, container_requirements(project))


def _faults(lock: str, wanted: list[Requirement]) -> list[str]:
    locked = pins(lock)
    litellm = next((one for one in wanted if one.name == "litellm"), Requirement("litellm"))
    unlocked = {canonicalize_name(one.name) for one in wanted} - {pin.name for pin in locked}
    faults = [f"{name} is not locked" for name in sorted(unlocked)]
    return _form_faults(lock) + faults + _litellm_faults(locked, str(litellm.specifier))


def weights_faults(lock: str, project: dict[str, Any]) -> list[str]:
    """Find what is wrong with weights.lock, given the pyproject `project`."""
    wanted = sorted(project["dependency-groups"][_WEIGHTS])
    locked = sorted(f"{pin.name}=={pin.version}" for pin in pins(lock))
    differs = [] if locked == wanted else [f"it holds {locked} instead of {wanted}"]
    return _form_faults(lock) + differs


def _form_faults(lock: str) -> list[str]:
    faults = [f"{pin.name} has no hash" for pin in pins(lock) if not pin.hashes]
    faults += [f"an address: {found.group()}" for found in _ADDRESS.finditer(lock)]
    if "--only-binary :all:" not in lock.splitlines():
        faults.append("source packages are not refused: --only-binary :all:")
    return faults


def _litellm_faults(locked: list[Pin], wanted: str) -> list[str]:
    exact = re.fullmatch(r"==([\w.]+)", wanted)
    if exact is None:
        return [f"litellm is not pinned exactly in pyproject.toml: {wanted!r}"]
    versions = {pin.version for pin in locked if pin.name == "litellm"}
    if versions == {exact[1]}:
        return []
    return [f"litellm is {exact[1]} in pyproject.toml and {sorted(versions)} in the lock"]


def requirements(project: dict[str, Any]) -> list[Requirement]:
    """Return the requirements of pyproject.toml, except for the weights, clusters and clients."""
    extras = project["project"].get("optional-dependencies", {}).keys() - _OF_CLUSTERS
    groups = project.get("dependency-groups", {}).keys() - {_WEIGHTS, _CLUSTER, _CLIENTS}
    return _named(project, extras, groups)


def cluster_requirements(project: dict[str, Any]) -> list[Requirement]:
    """Return the requirements of the program and its tests where clusters are asked."""
    return _named(project, _OF_CLUSTERS, _TOOLS | {_CLUSTER})


def clients_requirements(project: dict[str, Any]) -> list[Requirement]:
    """Return the requirements of the program and its tests beside other servers and clients."""
    return _named(project, {"local", "serve"}, _TOOLS | {_CLIENTS})


def container_requirements(project: dict[str, Any]) -> list[Requirement]:
    """Return the requirements of the server alone, and what builds the program."""
    return _named(project, {"serve"}, {_BACKEND})


def _named(
    project: dict[str, Any], extras: Collection[str], groups: Collection[str]
) -> list[Requirement]:
    """Return the requirements of the program, and those of some of its extras and groups."""
    texts = list(project["project"].get("dependencies", []))
    for name, extra in project["project"].get("optional-dependencies", {}).items():
        texts += extra if name in extras else []
    for name, group in project.get("dependency-groups", {}).items():
        texts += [one for one in group if isinstance(one, str) and name in groups]
    return [Requirement(text) for text in texts]


def closure_faults(
    lock: str, wanted: list[Requirement], required_by: Callable[[str], list[str] | None]
) -> list[str]:
    """Find the requirements on this platform, direct and indirect, that the lock doesn't meet.

    Args:
        lock: the text of the lock.
        wanted: the direct requirements.
        required_by: returns the requirements of a package.
    """
    versions = {pin.name: pin.version for pin in pins(lock) if _applies(pin)}
    faults, seen, queue = set[str](), set[tuple[str, str]](), _applicable(wanted, "")
    while queue:
        asked = queue.pop()
        name = canonicalize_name(asked.name)
        version = versions.get(name)
        if version is None or not asked.specifier.contains(version, prereleases=True):
            faults.add(f"{asked} is required, and the lock has {version}")
            continue
        for extra in {"", *asked.extras} - {had for of, had in seen if of == name}:
            seen.add((name, extra))
            queue += _applicable(map(Requirement, required_by(name) or []), extra)
    return sorted(faults)


def _applies(pin: Pin) -> bool:
    return pin.marker is None or Marker(pin.marker).evaluate()


def _applicable(wanted: Iterable[Requirement], extra: str) -> list[Requirement]:
    return [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": extra})]
