"""A base image made from Debian's packages, for machines that reach no registry of images."""

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.container.engine import Engine
from tests.networks.programs import find

_SUITE = "bookworm"
_NAME = f"localhost/debian-python:{_SUITE}"
_PACKAGES = "python3,python3-venv,ca-certificates"
_TIMEOUT_S = 900.0


def debian_base(engine: Engine, folder: Path) -> str:
    """Return the name of the image; makes it in `folder` if there is none."""
    if engine.run("image", "exists", _NAME).returncode != 0:
        assert os.geteuid() == 0, "only root can make the base image; name one: BASE=IMAGE"
        with TemporaryDirectory(dir=folder) as made:
            root, archive = Path(made, "root"), Path(made, "root.tar")
            debootstrap = find("debootstrap", "debootstrap")
            words = ["--variant=minbase", f"--include={_PACKAGES}", _SUITE, str(root)]
            _run([debootstrap, *words])
            _run(["tar", "-C", str(root), "-cf", str(archive), "."])
            engine.output("import", archive, _NAME)
    return _NAME


def _run(command: list[str]) -> None:
    ended = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    assert ended.returncode == 0, f"{command}\n{ended.stdout[-4000:]}{ended.stderr[-4000:]}"
