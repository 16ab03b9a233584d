"""Files in TOML: their tables, and where in the text each key of them stands."""
