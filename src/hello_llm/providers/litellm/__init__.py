"""The LiteLLM provider: the only importer of LiteLLM."""
