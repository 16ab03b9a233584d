"""Translates failures of a server or of the network into our errors."""
