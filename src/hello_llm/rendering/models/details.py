"""Shows all that is known about one model, one line for each fact."""

from collections.abc import Iterator

from hello_llm.contract.model_facts import CAPABILITIES
from hello_llm.prices.model import Model
from hello_llm.prices.rates import Rate
from hello_llm.rendering.models.cells import UNKNOWN, name_of, plain_dollars
from hello_llm.rendering.terminal import Terminal

_CAN = {True: "yes", False: "no", None: UNKNOWN}


def write_model(model: Model, terminal: Terminal) -> None:
    """Write what is known about `model` to standard output.

    Raises:
        OSError: the output cannot be written.
    """
    rows = list(_rows(model))
    width = max(len(name) for name, _ in rows)
    terminal.write_stdout("".join(f"{name:{width}}  {value}\n" for name, value in rows).encode())


def _rows(model: Model) -> Iterator[tuple[str, str]]:
    yield "model", name_of(model)
    yield "known to", " and ".join(model.sources) or "nobody: it runs on a server of your own"
    yield "API", model.mode or UNKNOWN
    yield "context", _tokens(model.context)
    yield "reply", _tokens(model.max_output)
    yield from ((what, _CAN[model.capabilities[what]]) for what in CAPABILITIES)
    yield "retires", UNKNOWN if model.retires is None else model.retires.isoformat()
    yield "prices from", _price_source(model)
    yield from ((_name_of_rate(rate), _price(rate)) for rate in model.rates)
    if model.per_request is not None:
        yield "each call", f"${plain_dollars(model.per_request)}"
    if model.per_search is not None:
        yield "each search", f"at most ${plain_dollars(model.per_search)}"
    if model.surcharge != 1:
        yield "by region", f"up to {model.surcharge} times these prices"


def _tokens(limit: int | None) -> str:
    return UNKNOWN if limit is None else f"{limit:,} tokens"


def _price_source(model: Model) -> str:
    match model.price_source:
        case None:
            return UNKNOWN
        case "list":
            day = "of unknown date" if model.listed is None else f"of {model.listed}"
            return f"LiteLLM's list {day}"
        case "local":
            return "a server of your own costs nothing"
    return f"the {model.price_source}"


def _name_of_rate(rate: Rate) -> str:
    return f"{rate.kind}, {rate.condition}" if rate.condition else str(rate.kind)


def _price(rate: Rate) -> str:
    return f"${plain_dollars(rate.per_million)} for a million tokens"
