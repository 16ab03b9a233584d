"""The commands, one file for each: flags and wiring only."""
