"""Reads files that the user named, with limits on size and time."""
