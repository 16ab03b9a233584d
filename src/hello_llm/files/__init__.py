"""Reads files that the user named: up to a limit, and never for ever."""
