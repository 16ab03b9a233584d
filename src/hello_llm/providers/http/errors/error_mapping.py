"""Maps each kind of error response to one of our errors, which quotes the server's words."""

from collections.abc import Collection
from difflib import get_close_matches

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
from hello_llm.providers.http.error_bodies.error_response import ErrorResponse, Kind
from hello_llm.providers.http.route import Route


def explain(
    response: ErrorResponse, route: Route, known: Collection[str] = (), asked: str = ""
) -> HelloLLMError:
    """Return our error for `response`.

    Args:
        response: the server's error response.
        route: where the call went.
        known: the vendor's models, one of which the user may have meant.
        asked: the method and the address of the request, if known.
    """
    problem = _explained(response, route, known, asked)
    problem.status = None if response.in_answer else response.status
    if not response.lasting:
        problem.transient, problem.retry_after_s = True, response.delay_s
    return problem


def _explained(
    response: ErrorResponse, route: Route, known: Collection[str], asked: str
) -> HelloLLMError:
    if response.status == 511 and not response.in_answer:
        return UnreachableError(
            f"the network between here and {route.place} requires a login (511)",
            "log in with a browser",
        )
    match response.kind:
        case Kind.TLS:
            return speaks_tls(route)
        case Kind.KEY:
            return _key_refused(response, route)
        case Kind.MODEL:
            return _no_model(response, route, known)
        case Kind.ADDRESS:
            return _nothing_there(response, route, asked)
        case Kind.STREAM:
            return RequestError(
                f"{route.place} does not stream {route.typed} ({response.label}){response.said}",
                "--no-stream asks for the whole answer at once",
                refuses_stream=True,
            )
        case Kind.RATE | Kind.QUOTA:
            return _limited(response, route)
        case kind:
            return _refused(response, route, kind)


def _refused(response: ErrorResponse, route: Route, kind: Kind) -> HelloLLMError:
    label, said = response.label, response.said
    match kind:
        case Kind.CONTEXT:
            return ContextError(
                f"the prompt is too long for {route.typed}{said}",
                "shorten the prompt, or choose a model with a larger context",
            )
        case Kind.FILTER:
            return FilteredError(
                f"a content filter of {route.place} stopped the request{said}",
                "change the prompt, or the filter's settings with the vendor",
            )
        case Kind.TIMEOUT:
            return DeadlineError(
                f"{route.place} timed out while waiting for its own model ({label}){said}",
                "try again, or shorten the prompt",
            )
        case Kind.REDIRECT:
            return BrokenReplyError(
                f"{route.place} redirects elsewhere ({label}), which an API never does",
                "check --api-base; if this network has a login page, log in with a browser",
            )
        case Kind.REQUEST:
            return RequestError(
                f"{route.place} rejected the request ({label}){said}",
                "--dry-run shows the request as it is sent",
            )
    return ServerError(f"{route.place} failed ({label}){said}", "try again in a while")


def _limited(response: ErrorResponse, route: Route) -> RateLimitedError:
    if response.kind is Kind.QUOTA:
        return RateLimitedError(
            f"{route.place} rejected the call because of quota or billing ({response.label})"
            f"{response.said}",
            "check the balance and the plan of the account the key belongs to",
        )
    problem = f"{route.place} is rate-limiting requests ({response.label}){response.said}"
    if response.lasting:
        return RateLimitedError(
            problem, "shorten the prompt, lower --max-tokens, or name another model with --fallback"
        )
    return RateLimitedError(problem, "wait, then try again")


def speaks_tls(route: Route) -> UnreachableError:
    """Return the error for a plain HTTP call to a server that speaks TLS."""
    return UnreachableError(
        f"{route.place} speaks TLS", f"is it https://{route.place} and not http://?"
    )


def _key_refused(response: ErrorResponse, route: Route) -> AuthError:
    foreign = response.status == 403 and not route.vendors_own
    gateway = "; or set the header that a gateway requires: --header" if foreign else ""
    if route.key_variable is None:
        return AuthError(
            f"{route.place} requires a key ({response.label}), but none was sent{response.said}",
            f"name the variable that holds it with --api-key-env{gateway}",
        )
    return AuthError(
        f"{route.place} rejected the key in {route.key_variable} ({response.label}){response.said}",
        f"export {route.key_variable}=…   with a key that is valid for {route.typed}{gateway}",
    )


def _no_model(response: ErrorResponse, route: Route, known: Collection[str]) -> RequestError:
    if route.vendor == "ollama_chat":
        return RequestError(
            f"Ollama at {route.place} has no model {route.name!r}{response.said}",
            f"ollama pull {route.name}",
        )
    near = [f"{route.vendor}/{name}" for name in get_close_matches(route.name, known)]
    return RequestError(
        f"{route.place} does not know the model {route.name!r}{response.said}",
        f"did you mean {' or '.join(near)}?"
        if near and route.name not in known
        else "check the name of the model, and --api-base if you gave one",
    )


def _nothing_there(response: ErrorResponse, route: Route, asked: str) -> RequestError:
    """Return the error for a server that has no chat API at the requested address."""
    below = "; most servers have their API under /v1"
    likely = asked.endswith("/chat/completions") and "/v1/" not in asked
    return RequestError(
        f"{route.place} does not serve {asked or 'that address'} ({response.label}){response.said}",
        f"check --api-base, and the name of the model{below if likely else ''}",
    )
