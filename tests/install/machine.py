"""What installers need of this machine: its package index, its caches, and its Python."""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_INDEX_VARIABLE = re.compile(
    r"(?:PIP|UV)_\w*(?:CERT|CONFIG|HOST|INDEX|LINKS|TLS)\w*|SSL_CERT_\w+|REQUESTS_CA_BUNDLE"
)
_INDEX_SETTINGS = ("pip", "uv")


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine as it is outside the tests, which have an empty home folder."""

    config: Path
    """The folder in which its package managers find their settings."""
    cache: Path
    """The folder in which they keep what they downloaded."""
    environ: dict[str, str]
    """The variables that say where the package index is, and whom to trust."""

    @classmethod
    def from_environment(cls) -> Self:
        """Describe the machine that this process runs on."""
        config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        named = {k: v for k, v in os.environ.items() if _INDEX_VARIABLE.fullmatch(k)}
        return cls(Path(config), Path(cache), named)

    def furnish(self, home: Path) -> None:
        """Give `home` this machine's package index, and the uv of this project."""
        (home / ".config").mkdir()
        for name in _INDEX_SETTINGS:
            (home / ".config" / name).symlink_to(self.config / name)
        (home / "tools").mkdir()
        (home / "tools" / "uv").symlink_to(Path(sys.executable).with_name("uv"))

    def path(self, home: Path) -> Iterator[Path]:
        """Yield the folders of the PATH, in none of which the program is installed yet."""
        yield home / ".local" / "bin"
        yield home / "tools"
        yield Path(sys.base_prefix) / "bin"
        for folder in map(Path, os.get_exec_path()):
            if not (folder / "hello-llm").exists():
                yield folder
