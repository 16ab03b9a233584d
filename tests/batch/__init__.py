"""Batches: their rows, their output and their engines, without the command line."""
