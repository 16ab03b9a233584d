"""The command line: the only importer of Typer, and imported only by the entry point."""
