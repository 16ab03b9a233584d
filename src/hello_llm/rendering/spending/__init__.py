"""What the ledger says, as a table, as JSON or as CSV."""
