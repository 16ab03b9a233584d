"""Checks whether the host of a call is reachable: name resolution, connection and TLS."""

import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from typing import Any

from hello_llm.contract import HelloLLMError
from hello_llm.contract.address import host_of, port_of
from hello_llm.contract.diagnosis import Diagnosis
from hello_llm.providers.http.client.dialing import attempts, most_telling
from hello_llm.providers.http.client.network import Network
from hello_llm.providers.http.client.resolving import Address, resolve
from hello_llm.providers.http.client.transport import Transport
from hello_llm.providers.http.probe import (
    Handshake,
    examine_certificate,
    shake_hands,
    unreached,
)
from hello_llm.providers.http.route import Route

_OTHERS_S = 1.0
"""How long the other addresses of a host may take to answer after the first, in seconds."""


def diagnose_reach(route: Route, transport: Transport) -> Iterator[Diagnosis]:
    """Yield a diagnosis for each step of connecting to `route`, up to the first failure."""
    address = transport.proxy or route.address
    if address is None:
        yield Diagnosis.warning(
            "connection",
            f"the address of {route.vendor} is known to LiteLLM alone, and was not tried",
            "--spend makes a call",
        )
        return
    host, port = host_of(address), port_of(address)
    network = Network(proxy=transport.via)
    network.begin(transport.connect_timeout)
    try:
        addresses = resolve(host, port, network)
    except OSError as error:
        yield Diagnosis.failure("resolution", unreached(error, route, transport, network))
        return
    through = "the proxy " if transport.proxy else ""
    yield Diagnosis.ok("resolution", f"{through}{host} is {', '.join(map(str, addresses))}")
    try:
        yield _diagnose_connection(addresses, port, network)
    except OSError as error:
        yield Diagnosis.failure("connection", unreached(error, route, transport, network))
        return
    yield from _diagnose_tls(route, transport)


def _diagnose_tls(route: Route, transport: Transport) -> Iterator[Diagnosis]:
    network = Network()
    started = time.monotonic()
    try:
        agreed = shake_hands(route, transport, network)
    except HelloLLMError as error:
        if network.at_proxy:
            yield Diagnosis.failure("proxy", error)
            return
        untrusted = "cannot be trusted" in error.message
        seen = examine_certificate(route, transport) if untrusted else {}
        if seen:
            error.message += f"; the certificate is {_described(seen)}"
        yield Diagnosis.failure("tls", error)
        return
    if agreed is not None:
        took_ms = (time.monotonic() - started) * 1000
        yield Diagnosis.ok("tls", f"{_secured(agreed)}, {took_ms:.0f} ms")


def _secured(agreed: Handshake) -> str:
    return f"{agreed.version} with a trusted certificate: {_described(agreed.certificate)}"


def _described(certificate: Mapping[str, Any]) -> str:
    """Return the subject, the issuer and the validity of a certificate."""
    subject, issuer = _name(certificate.get("subject", ())), _name(certificate.get("issuer", ()))
    names = [value for _, value in certificate.get("subjectAltName", ())]
    for_names = f" for {', '.join(names)}" if names and names != [subject] else ""
    since, until = certificate.get("notBefore"), certificate.get("notAfter")
    return f"{subject}{for_names}, issued by {issuer}, valid from {since} to {until}"


def _name(parts: Any) -> str:  # noqa: ANN401 - tuples in tuples, as the module ssl has them
    """Return the common name, or else all parts of a distinguished name."""
    pairs = [pair for relative in parts for pair in relative]
    common = [value for key, value in pairs if key == "commonName"]
    return common[0] if common else ", ".join(value for _, value in pairs) or "nobody"


def _diagnose_connection(addresses: list[Address], port: int, network: Network) -> Diagnosis:
    """Connect to all `addresses` at once, and return the diagnosis.

    Raises:
        OSError: no address accepted a connection.
    """
    started = time.monotonic()
    errors: dict[Address, OSError] = {}
    answered: list[Address] = []
    with suppress(TimeoutError), closing(attempts(addresses, network, 0.0)) as outcomes:
        for address, outcome in outcomes:
            if isinstance(outcome, OSError):
                errors[address] = outcome
                continue
            outcome.close()
            if not answered:
                took_ms = (time.monotonic() - started) * 1000
                network.begin(_OTHERS_S)
            answered.append(address)
    if not answered:
        if len(errors) < len(addresses):
            network.left_s()
        raise most_telling(list(errors.values()))
    words = f"port {port} of {', '.join(map(str, answered))} is open, {took_ms:.0f} ms"
    silent = [one for one in addresses if one not in errors and one not in answered]
    if errors:
        closed = (
            f"{one} ({(error.strerror or 'failed').lower()})" for one, error in errors.items()
        )
        words += f"; closed: {', '.join(closed)}"
    if not silent:
        return Diagnosis.ok("connection", words)
    return Diagnosis.warning(
        "connection",
        f"{words}; no answer from {', '.join(map(str, silent))}",
        "each call tries the others after a quarter of a second; mend the route, or have the name"
        " resolve to addresses that answer",
    )
