"""`spend`, run as its users run it."""
