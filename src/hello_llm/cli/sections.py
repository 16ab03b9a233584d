"""The sections of a command's help, in the one order that every command keeps."""

from hello_llm.settings.field import Section

ARGUMENTS, OPTIONS = "Arguments", "Options"
"""Where Typer lists the arguments, and the options of no other section: ``--help``."""
CHECKS = "Which checks"
ROWS = "Which rows"
SERVED = "What is served"
RUNNING = "How they run"
WRITTEN = "What is written"
CLUSTER = "On a cluster"
RECORDING = "Record and replay"

ORDER = (ARGUMENTS, OPTIONS, CHECKS, ROWS, SERVED, WRITTEN, RUNNING, CLUSTER, *Section, RECORDING)
"""Every section; a command has those that it has options for."""
