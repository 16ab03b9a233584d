"""Executes the definitions of LiteLLM's modules when they are first used, not when imported."""
