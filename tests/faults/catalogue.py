"""The catalogue of faults: every row of every table, in order."""

from tests.faults import (
    altered,
    bodies,
    connect,
    content,
    exhaust,
    frames,
    local,
    misreported,
    models,
    networks,
    status,
    stream,
    tolerance,
)
from tests.faults.fault import Fault

CATALOGUE: tuple[Fault, ...] = (
    *connect.FAULTS,
    *status.FAULTS,
    *bodies.FAULTS,
    *stream.FAULTS,
    *frames.FAULTS,
    *content.FAULTS,
    *local.FAULTS,
    *altered.FAULTS,
    *misreported.FAULTS,
    *tolerance.FAULTS,
    *exhaust.FAULTS,
    *networks.FAULTS,
    *models.FAULTS,
)
"""Every fault."""

BY_ID: dict[str, Fault] = {fault.id: fault for fault in CATALOGUE}
"""Every fault by its id."""


def own_port(fault: Fault) -> bool:
    """Tell whether `fault` happens before a request names it, and so cannot share a port."""
    return fault.greeting is not None or fault.place != "http"
