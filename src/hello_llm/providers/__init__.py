"""The factory, which knows the providers by name."""
