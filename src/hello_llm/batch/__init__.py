"""Batches: rows asked one by one, each with a line that survives whatever ends the program."""
