"""The mock that plays a script: rules, sequences, timing, and the faults of the catalogue."""
