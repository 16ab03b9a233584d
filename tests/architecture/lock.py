"""What requirements.lock must hold, and must not."""

import re
from dataclasses import dataclass
from typing import Any

_REQUIREMENT = re.compile(r"^(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[^\s;]+)", re.MULTILINE)
_ADDRESS = re.compile(r"--(?:extra-)?index-url|--find-links|\w+://|(?<= )@ ", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of the lock."""

    name: str
    version: str
    hashes: int


def pins(lock: str) -> list[Pin]:
    """Return every package that is locked."""
    starts = list(_REQUIREMENT.finditer(lock))
    ends = [*(start.start() for start in starts[1:]), len(lock)]
    return [
        Pin(start["name"], start["version"], lock.count("--hash=sha256:", start.end(), end))
        for start, end in zip(starts, ends, strict=True)
    ]


def lock_faults(lock: str, project: dict[str, Any]) -> list[str]:
    """Find what is wrong with `lock` for the pyproject `project`."""
    locked = pins(lock)
    names = {pin.name for pin in locked}
    wanted = requirements(project)
    faults = [f"{pin.name} has no hash" for pin in locked if not pin.hashes]
    faults += [f"{name} is not locked" for name in sorted(wanted.keys() - names)]
    faults += [f"an address: {found.group()}" for found in _ADDRESS.finditer(lock)]
    if "--only-binary :all:" not in lock.splitlines():
        faults.append("source packages are not refused: --only-binary :all:")
    return faults + _litellm_faults(locked, wanted.get("litellm", ""))


def _litellm_faults(locked: list[Pin], wanted: str) -> list[str]:
    exact = re.fullmatch(r"==([\w.]+)", wanted)
    if exact is None:
        return [f"litellm is not pinned exactly in pyproject.toml: {wanted!r}"]
    versions = {pin.version for pin in locked if pin.name == "litellm"}
    if versions == {exact[1]}:
        return []
    return [f"litellm is {exact[1]} in pyproject.toml and {sorted(versions)} in the lock"]


def requirements(project: dict[str, Any]) -> dict[str, str]:
    """Return every requirement that pyproject.toml names itself: name to specifier."""
    tables = project["project"]
    texts = list(tables.get("dependencies", []))
    for group in tables.get("optional-dependencies", {}).values():
        texts += group
    for group in project.get("dependency-groups", {}).values():
        texts += [entry for entry in group if isinstance(entry, str)]
    return dict(_split(text) for text in texts)


def _split(requirement: str) -> tuple[str, str]:
    name = _NAME.match(requirement)
    assert name, requirement
    rest = requirement[name.end() :].partition(";")[0].strip()
    return re.sub(r"[-_.]+", "-", name.group()).lower(), rest
