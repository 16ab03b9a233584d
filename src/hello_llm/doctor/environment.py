"""Diagnoses environment variables that hello-llm ignores, and the warm process."""

import re
from collections.abc import Iterator, Mapping

from hello_llm.contract.diagnosis import Diagnosis
from hello_llm.machine.environment import decisive
from hello_llm.warm.control import WarmError, status, unavailable

_INSTEAD = (
    (r"(HTTP|HTTPS|ALL|NO)_PROXY", "proxy in the profile"),
    (r"SSL.*|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE", "ca_file in the profile"),
    (r".*_(API_BASE|BASE_URL|API_URL)|OLLAMA_HOST", "--api-base or api_base"),
    (r".*_AUTH_TOKEN", "--api-key-env NAME"),
    (r".*_TIMEOUT", "--timeout"),
)
"""Patterns of variable names, each with the hello-llm setting to use instead."""


def diagnose_environment(environ: Mapping[str, str]) -> Iterator[Diagnosis]:
    """Yield the diagnosis of variables that other tools obey, without showing their values."""
    names = sorted(decisive(environ))
    if not names:
        yield Diagnosis.ok("environment", "no variables that other tools would obey")
        return
    used = [
        use
        for pattern, use in _INSTEAD
        if any(re.fullmatch(pattern, name, re.IGNORECASE) for name in names)
    ]
    repair = f"use {', '.join(used)}" if used else "use flags or a profile: hello-llm config show"
    yield Diagnosis.warning("environment", f"ignored here: {', '.join(names)}", repair)


def diagnose_warmth() -> Iterator[Diagnosis]:
    """Yield the diagnosis of the warm process."""
    missing = unavailable()
    if missing is not None:
        yield Diagnosis.ok("warm", f"none: {missing}")
        return
    try:
        running = status()
    except WarmError as error:
        yield Diagnosis.warning("warm", str(error), error.hint)
        return
    if running is None:
        yield Diagnosis.ok("warm", "no warm process is running; hello-llm warm start starts one")
        return
    if running.cold_because is not None:
        reason = f"process {running.pid} does not accept calls from here: {running.cold_because}"
        yield Diagnosis.warning("warm", reason, "hello-llm warm stop && hello-llm warm start")
        return
    words = f"process {running.pid} runs, {running.calls} calls answered"
    yield Diagnosis.ok("warm", f"{words}, {running.memory_mib:.0f} MiB")
