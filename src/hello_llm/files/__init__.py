"""Reads the files that a user names."""
