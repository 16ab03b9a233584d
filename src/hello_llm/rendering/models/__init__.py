"""Shows models and their prices: as a table, as lines for a script, or as a JSON document."""
