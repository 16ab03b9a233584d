"""Real shells at a terminal, to complete command lines in."""
