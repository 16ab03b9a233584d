"""Inputs that nobody would write, thousands of them, made from the program's own tables."""
