"""The command `batch`, against servers on loopback."""
