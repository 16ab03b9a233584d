"""Warns of a model that retires, and of an old price list."""

from collections.abc import Iterator

from hello_llm.contract.diagnosis import Diagnosis
from hello_llm.prices import aging
from hello_llm.prices.catalogue import Catalogue, is_free


def diagnose_prices(model: str) -> Iterator[Diagnosis]:
    """Yield a warning if `model` retires within 30 days, and one if the price list is old.

    A server of the user's own has no prices, and keeps its models.
    """
    if is_free(model):
        return
    catalogue, day = Catalogue.installed(), aging.today()
    ends = aging.retirement(catalogue.find(model), day)
    if ends is not None:
        vendor = model.partition("/")[0]
        repair = f"hello-llm models --vendor {vendor} --sort retires   lists others"
        yield Diagnosis.warning("retirement", ends, repair)
    old = aging.old_list(catalogue.listed, day)
    if old is not None:
        yield Diagnosis.warning("prices", old, "install the newest hello-llm")
