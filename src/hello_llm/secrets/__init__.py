"""Recognises keys, tokens and passwords, and takes them out of texts: the one detector of secrets.

Every search takes time in proportion to the text, whatever the text holds: a server, a model or a
file chooses it.
"""
