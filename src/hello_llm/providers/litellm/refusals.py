"""Our error for each kind of refusal; the server's words are quoted in it."""

from difflib import get_close_matches
from types import ModuleType

from hello_llm.contract import (
    AuthError,
    BrokenReplyError,
    ContextError,
    DeadlineError,
    FilteredError,
    HelloLLMError,
    RateLimitedError,
    RequestError,
    ServerError,
    UnreachableError,
)
from hello_llm.providers.litellm.refusal import Refusal
from hello_llm.providers.litellm.route import Route


def explain(refusal: Refusal, route: Route, litellm: ModuleType | None) -> HelloLLMError:
    """Return our error for `refusal`; without the loaded `litellm` no model's name is suggested."""
    problem = _by_kind(refusal, route, litellm) or _by_status(refusal, route)
    problem.status = None if refusal.in_answer else refusal.status
    if not refusal.lasting:
        problem.transient, problem.retry_after_s = True, refusal.delay_s
    return problem


def _by_kind(refusal: Refusal, route: Route, litellm: ModuleType | None) -> HelloLLMError | None:
    if refusal.of_tls:
        return speaks_tls(route)
    if refusal.over_quota:
        return RateLimitedError(
            f"{route.place} refused the call over quota or billing ({refusal.label}){refusal.said}",
            "check the balance and the plan of the account the key belongs to",
        )
    if refusal.too_long:
        return ContextError(
            f"the prompt is too long for {route.typed}{refusal.said}",
            "shorten the prompt, or choose a model with a larger context",
        )
    if refusal.filtered:
        return FilteredError(
            f"a content filter of {route.place} stopped the request{refusal.said}",
            "change the prompt, or the filter's settings with the vendor",
        )
    if refusal.of_key:
        return _key_refused(refusal, route)
    return _not_found(refusal, route, litellm) if refusal.of_model else None


def _by_status(refusal: Refusal, route: Route) -> HelloLLMError:
    status, label, said = refusal.status, refusal.label, refusal.said
    if status == 429:
        return RateLimitedError(
            f"{route.place} is limiting requests ({label}){said}", "wait, then try again"
        )
    if status in {408, 504, 522, 524}:
        return DeadlineError(
            f"{route.place} gave up waiting for its own model ({label}){said}",
            "try again, or shorten the prompt",
        )
    if status < 400:
        return BrokenReplyError(
            f"{route.place} redirects elsewhere ({label}), which no API does", "check --api-base"
        )
    if status < 500:
        return RequestError(
            f"{route.place} refused the request ({label}){said}",
            "--dry-run shows the request as it is sent",
        )
    return ServerError(f"{route.place} failed ({label}){said}", "try again in a while")


def speaks_tls(route: Route) -> UnreachableError:
    """Return the error of a plain call to a server that speaks TLS."""
    return UnreachableError(
        f"{route.place} speaks TLS", f"is it https://{route.place} and not http://?"
    )


def _key_refused(refusal: Refusal, route: Route) -> AuthError:
    if route.key_variable is None:
        return AuthError(
            f"{route.place} wants a key ({refusal.label}), and the call went without one"
            f"{refusal.said}",
            "name the variable that holds it with --api-key-env",
        )
    return AuthError(
        f"{route.place} refused the key in {route.key_variable} ({refusal.label}){refusal.said}",
        f"export {route.key_variable}=…   with a key that is valid for {route.typed}",
    )


def _not_found(refusal: Refusal, route: Route, litellm: ModuleType | None) -> RequestError:
    # Without its word for it, the path may be unknown and not the model.
    if route.vendor == "ollama_chat" and "model" in refusal.words:
        return RequestError(
            f"Ollama at {route.place} has no model {route.name!r}", f"ollama pull {route.name}"
        )
    known = [] if litellm is None else sorted(_known_models(litellm, route.vendor))
    near = [f"{route.vendor}/{name}" for name in get_close_matches(route.name, known)]
    return RequestError(
        f"{route.place} knows no model {route.name!r}{refusal.said}",
        f"did you mean {' or '.join(near)}?"
        if near and route.name not in known
        else "check the name of the model, and --api-base if you gave one",
    )


def _known_models(litellm: ModuleType | None, vendor: str) -> set[str]:
    names = () if litellm is None else litellm.models_by_provider.get(vendor, ())
    return {name.removeprefix(f"{vendor}/") for name in names}
