"""Podman with a store of its own, so that nothing is left among the images of this machine."""

import os
import resource
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.networks.programs import find

_LIMITS = {"nofile": resource.RLIMIT_NOFILE, "nproc": resource.RLIMIT_NPROC}
_BUILD_TIMEOUT_S = 900.0


@dataclass(frozen=True, slots=True)
class Engine:
    """Runs podman's commands."""

    environ: dict[str, str]
    """The variables that make podman use the store, for any shell."""

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run ``podman WORDS`` to its end, whatever that is."""
        return subprocess.run(
            [find("podman", "podman"), *words],
            env=os.environ | self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_BUILD_TIMEOUT_S,
            check=False,
        )

    def output(self, *words: str | Path) -> str:
        """Run ``podman WORDS``, which has to succeed, and return its output."""
        ended = self.run(*words)
        assert ended.returncode == 0, f"{words}\n{ended.stdout[-4000:]}{ended.stderr[-4000:]}"
        return ended.stdout


def set_up(folder: Path) -> Engine:
    """Return podman with its store in `folder`, which may have one already."""
    folder.mkdir(exist_ok=True)
    storage, containers = folder / "storage.conf", folder / "containers.conf"
    storage.write_text(
        "[storage]\n"
        'driver = "overlay"\n'
        f'graphroot = "{folder / "storage"}"\n'
        f'runroot = "{folder / "run"}"\n',
        encoding="utf-8",
    )
    containers.write_text(_containers(folder), encoding="utf-8")
    return Engine(
        {
            "CONTAINERS_STORAGE_CONF": str(storage),
            "CONTAINERS_CONF": str(containers),
            # The tests ask for the health themselves, and systemd need not run.
            "DISABLE_HC_SYSTEMD": "true",
        }
    )


def _containers(folder: Path) -> str:
    """Return a ``containers.conf`` that works without systemd, and with old control groups."""
    # Podman raises the limits, for which root may lack the right.
    limits = [f"{name}={_ceiling(kind)}:{_ceiling(kind)}" for name, kind in _LIMITS.items()]
    manager = "systemd" if Path("/run/systemd/system").is_dir() else "cgroupfs"
    # With control groups of both versions, crun gives up.
    runtime = 'runtime = "runc"\n' if shutil.which("runc") else ""
    return (
        f"[containers]\ndefault_ulimits = {limits}\n"
        f'[network]\nnetwork_config_dir = "{folder / "networks"}"\n'
        f'[engine]\nevents_logger = "file"\ncgroup_manager = "{manager}"\n{runtime}'
    )


def _ceiling(kind: int) -> int:
    hard = resource.getrlimit(kind)[1]
    return 4096 if hard == resource.RLIM_INFINITY else min(hard, 4096)
