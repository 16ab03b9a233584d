"""Renders events as rich terminal output, plain text or JSON."""
