"""What a model costs, how much it takes and what it can do, without importing LiteLLM."""
