"""Explains faults of the machine or the installation, and isolates the environment variables."""
