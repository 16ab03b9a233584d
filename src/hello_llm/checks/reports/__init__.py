"""The reports of a suite: one module per kind."""
