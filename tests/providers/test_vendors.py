"""The vendor prefixes are those of the pinned LiteLLM."""

from hello_llm.contract.vendors import VENDORS


def test_the_vendors_are_those_that_litellm_knows(litellm):
    assert {str(getattr(vendor, "value", vendor)) for vendor in litellm.provider_list} == VENDORS
