"""The ledger, with real processes and files."""
