"""The command line: the only importer of Typer, and imported by nobody."""
