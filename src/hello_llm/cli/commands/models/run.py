"""Lists models, or shows one."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from hello_llm.cli.commands.models.options import ModelsOptions
from hello_llm.cli.display import Display
from hello_llm.cli.exits import printing
from hello_llm.contract import CheckFailedError, UsageError
from hello_llm.contract.model_facts import CAPABILITIES, ModelFacts
from hello_llm.contract.vendors import LOCAL_VENDORS, VENDORS
from hello_llm.prices.catalogue import Catalogue
from hello_llm.prices.model import Model
from hello_llm.prices.selection import SORT_KEYS, Selection, similar
from hello_llm.rendering.json.document import json_line
from hello_llm.rendering.models.details import write_model
from hello_llm.rendering.models.document import models_document
from hello_llm.rendering.models.listing import write_models
from hello_llm.rendering.terminal import Terminal
from hello_llm.settings.fields import Settings
from hello_llm.settings.resolve import resolve
from hello_llm.text import phrases
from hello_llm.toml_file.kinds import Choice, ChoiceList, Kind, Number, UnfitError

_PRICE = Number(0, 1_000_000, unit=" of US dollars")


def list_models(typed: ModelsOptions) -> None:
    """Print the models that `typed` asks for.

    Raises:
        CheckFailedError: no model is like that.
        HelloLLMError: an option is not allowed, or the server does not send its list.
    """
    settings = resolve(typed.given, config_file=typed.config, profile=typed.profile)
    display = Display.of(settings, Terminal.real(), debug=typed.debug)
    display.warn_of(settings)
    selection = _selection(typed)
    catalogue = catalogue_of(settings)
    if typed.live:
        found = _with_live(selection, catalogue, settings, display)
    else:
        found = selection.of(catalogue.models(selection.names))
    if not found:
        raise _no_match(selection, catalogue)
    _write(found, catalogue, settings, display, as_json=typed.json)


def show_model(name: str, config: Path | None, *, as_json: bool) -> None:
    """Print all that is known about the model `name`.

    Raises:
        CheckFailedError: nothing is known about it.
        UsageError: the configuration is invalid.
    """
    settings = resolve({}, config_file=config)
    display = Display.of(settings, Terminal.real())
    display.warn_of(settings)
    catalogue = catalogue_of(settings)
    model = catalogue.find(name)
    if model is None:
        raise _unknown(name, catalogue)
    with printing():
        if as_json:
            _write_json([model], catalogue, display)
        else:
            write_model(model, display.terminal)


def catalogue_of(settings: Settings) -> Catalogue:
    """Return the models of the installed list and of the configuration."""
    local = {f"local/{name}": ModelFacts() for name in settings.local_models}
    return Catalogue.installed({**local, **settings.models})


def _with_live(
    selection: Selection, catalogue: Catalogue, settings: Settings, display: Display
) -> list[Model]:
    from hello_llm.cli.commands.models.live import vendor_of, with_served

    vendor = vendor_of(settings, selection.vendor)
    own = list(catalogue.models(lambda name: name.startswith(f"{vendor}/")))
    models, whole = with_served(own, vendor, settings, catalogue)
    if not whole:
        display.messages.note("the server has more models than it listed")
    return selection.of(models)


def _write(
    models: list[Model],
    catalogue: Catalogue,
    settings: Settings,
    display: Display,
    *,
    as_json: bool,
) -> None:
    with printing():
        if as_json:
            _write_json(models, catalogue, display)
        else:
            write_models(models, catalogue.listed, display.terminal, settings.color)


def _write_json(models: list[Model], catalogue: Catalogue, display: Display) -> None:
    document = json_line(models_document(models, catalogue.listed)).decode()
    display.terminal.write_stdout(display.messages.redact(document).encode())


def _no_match(selection: Selection, catalogue: Catalogue) -> CheckFailedError:
    """Return the error for a selection that nothing fits, with what fits a part of it."""
    which = f" like {phrases.quoted(selection.pattern)}" if selection.pattern else ""
    fitting = sum(map(Selection(selection.pattern).names, catalogue.names()))
    if fitting:
        counted = "one model is" if fitting == 1 else f"{fitting} models are"
        hint = f"{counted}{which or ' known'}, but fit none of the other options"
        return CheckFailedError(f"no model{which} fits", hint)
    near = similar(selection.pattern, catalogue.names())
    hint = " or ".join(f"hello-llm models {word}" for word in near) or "hello-llm models lists all"
    return CheckFailedError(f"there is no model{which}", hint)


def _unknown(name: str, catalogue: Catalogue) -> CheckFailedError:
    near = similar(name, catalogue.names())
    hint = " or ".join(f"hello-llm models {'show ' if '/' in word else ''}{word}" for word in near)
    message = f"nothing is known about the model {phrases.quoted(name)}"
    return CheckFailedError(message, hint or "hello-llm models lists all")


def _selection(typed: ModelsOptions) -> Selection:
    vendors = tuple(sorted(VENDORS | LOCAL_VENDORS))
    if typed.vendor is not None and typed.vendor not in vendors:
        hint = phrases.did_you_mean(typed.vendor, vendors)
        raise UsageError(f"there is no vendor {phrases.quoted(typed.vendor)}", hint)
    can, price = ",".join(typed.can or ()), typed.max_price
    return Selection(
        typed.pattern or "",
        typed.vendor,
        can=_checked("--can", ChoiceList(CAPABILITIES), can) if typed.can else (),
        max_price=None if price is None else Decimal(repr(_checked("--max-price", _PRICE, price))),
        sort=_checked("--sort", Choice(SORT_KEYS), typed.sort or SORT_KEYS[0]),
    )


def _checked(flag: str, kind: Kind, text: str) -> Any:  # noqa: ANN401 - each kind has its own values
    try:
        return kind.check(kind.read(text))
    except UnfitError as error:
        raise UsageError(f"{flag} {error.reason}", error.hint) from None
