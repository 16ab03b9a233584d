"""Explains faults of the machine or installation, isolates the environment, and defers imports."""
