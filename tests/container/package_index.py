"""What pip needs of this machine to download packages; a build gets it as secrets."""

import ast
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_TAKEN = ("index-url", "extra-index-url", "trusted-host", "proxy")
_CERTIFICATES = "/run/secrets/certificates"
MARK = "known-to-the-build-alone"
"""Words in the secret, to be found wherever the secret is."""


@dataclass(frozen=True, slots=True)
class PackageIndex:
    """The settings of pip that matter in a build."""

    settings: dict[str, str]
    """The values, by their names in ``pip.conf``; files of this machine are left out."""
    certificates: Path | None
    """A PEM file of certificates to trust."""

    def arguments(self, folder: Path) -> list[str]:
        """Return the arguments of a build that hand it over, by files in `folder`."""
        lines = [f"# {MARK}", "[global]", *(f"{k} = {v}" for k, v in self.settings.items())]
        if self.certificates is not None:
            lines.append(f"cert = {_CERTIFICATES}")
        config = folder / "pip.conf"
        config.write_text("\n".join([*lines, ""]), encoding="utf-8")
        secrets = [f"id=pip,src={config}"]
        if self.certificates is not None:
            secrets.append(f"id=certificates,src={self.certificates}")
        return [word for secret in secrets for word in ("--secret", secret)]


def package_index() -> PackageIndex:
    """Read how pip is configured here, by files and by variables."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    )
    found = dict[str, str]()
    for line in listed.stdout.splitlines():
        name, _, value = line.partition("=")
        found[name.rpartition(".")[2]] = str(ast.literal_eval(value))
    certificates = found.get("cert")
    remote = {key: _remote(found.get(key, "")) for key in _TAKEN}
    return PackageIndex(
        {key: value for key, value in remote.items() if value},
        None if certificates is None else Path(certificates),
    )


def _remote(value: str) -> str:
    return " ".join(one for one in value.split() if not one.startswith("file:"))
