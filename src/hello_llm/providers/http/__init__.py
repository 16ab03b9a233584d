"""A call on the wire: where it goes, how it is connected, and what of the answer LiteLLM is given."""
