"""What a model can do, read from LiteLLM's own table without importing LiteLLM."""
