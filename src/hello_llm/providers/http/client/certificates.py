"""Names the files of certificates that a call uses."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Certificates:
    """The PEM files that a call uses."""

    ca_file: Path | None = None
    """Certificates to trust besides the usual ones."""
    client_cert: Path | None = None
    """The certificate to show to a server that asks for one."""
    client_key: Path | None = None
    """Its key, if that is not in `client_cert`."""


NO_CERTIFICATES = Certificates()
"""Only the usual certificates are trusted, and none is shown."""
