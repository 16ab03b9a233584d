"""Looks up the API of a model in LiteLLM's own table, without importing LiteLLM."""
