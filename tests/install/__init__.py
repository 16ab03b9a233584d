"""Installs the program as the documentation says, from the machine's own package index."""
