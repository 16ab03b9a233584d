"""The LiteLLM provider, the only package that imports LiteLLM."""
