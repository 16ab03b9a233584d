"""Certificates as PEM files: valid, out of date, for another host, and for a client."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

Validity = Literal["now", "expired", "not-yet"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its private key, as files."""

    chain: Path
    """The certificate, and after it the intermediate ones, if there are any."""
    key: Path
    """The private key, not encrypted."""

    def encrypt_key(self, passphrase: str) -> Path:
        """Write the private key once more, encrypted with `passphrase`; returns the new file."""
        key = load_pem_private_key(self.key.read_bytes(), password=None)
        encryption = BestAvailableEncryption(passphrase.encode())
        encrypted = self.key.with_suffix(".encrypted.pem")
        encrypted.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
        return encrypted


class Authority:
    """A certificate authority that is trusted by nobody who is not given its file."""

    def __init__(self, folder: Path) -> None:
        """Make one, and keep all that it issues in `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._ca = trustme.CA()
        self._issued = 0
        self.file = folder / "ca.pem"
        """The authority's own certificate."""
        self._ca.cert_pem.write_to_path(self.file)

    def issue(self, *names: str, valid: Validity = "now") -> Certificate:
        """Issue a certificate, for a server or a client.

        Args:
            names: host names and IP addresses that it is for; a client's may be an e-mail address.
            valid: whether it is valid today, expired yesterday, or becomes valid tomorrow.
        """
        now = datetime.now(UTC)
        start, end = {
            "now": (now - _DAY, now + 30 * _DAY),
            "expired": (now - 30 * _DAY, now - _DAY),
            "not-yet": (now + _DAY, now + 30 * _DAY),
        }[valid]
        issued = self._ca.issue_cert(*names, not_before=start, not_after=end)
        return self._write(issued)

    def issue_without_chain(self, *names: str) -> Certificate:
        """Issue a certificate of an intermediate authority whose own certificate is left out."""
        leaf = self._ca.create_child_ca().issue_cert(*names)
        certificate = self._write(leaf)
        leaf.cert_chain_pems[0].write_to_path(certificate.chain)
        return certificate

    def _write(self, issued: trustme.LeafCert) -> Certificate:
        self._issued += 1
        chain = self._folder / f"{self._issued}.pem"
        key = self._folder / f"{self._issued}.key.pem"
        for part in issued.cert_chain_pems:
            part.write_to_path(chain, append=True)
        issued.private_key_pem.write_to_path(key)
        return Certificate(chain, key)
