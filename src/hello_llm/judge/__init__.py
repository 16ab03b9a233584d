"""Runs regular expressions, JSON Schemas and programs in a process that can be killed."""
