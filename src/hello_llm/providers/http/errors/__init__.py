"""Turns what a server or the network did wrong into our errors."""
