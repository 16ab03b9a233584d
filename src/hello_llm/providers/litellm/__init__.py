"""The LiteLLM provider: the only place that knows the substrate."""
