"""Parses a TOML file, and knows where each key stands."""
