"""Limits on spending, from the command line down to what a server gets."""
