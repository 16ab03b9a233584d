"""One explicit command line for every language model: the public Python interface."""

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Load the public names on first access; the command line starts without them."""
    from importlib import import_module

    contract = import_module("hello_llm.contract")
    factory = import_module("hello_llm.providers.factory")
    public = {key: getattr(contract, key) for key in contract.__all__}
    public["get_provider"] = factory.get_provider
    globals().update(public, __all__=["__version__", *public])
    if name not in globals():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return globals()[name]


def __dir__() -> list[str]:
    names: list[str] = __getattr__("__all__")  # type: ignore[assignment]
    return sorted(names)
