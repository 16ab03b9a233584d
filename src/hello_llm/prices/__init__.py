"""What a model can do, by the table that comes with LiteLLM. Nothing here imports LiteLLM."""
