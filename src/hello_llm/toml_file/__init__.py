"""Parses TOML with the position of each key; one checker reports every problem of any file."""
