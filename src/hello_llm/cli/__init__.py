"""The command line; it alone imports Typer, and only the entry point imports it."""
