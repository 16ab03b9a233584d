"""The command ``check``, whole."""
