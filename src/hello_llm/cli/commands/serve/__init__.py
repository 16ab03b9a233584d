"""The command `serve`: its options, the server that they describe, and how it ends."""
