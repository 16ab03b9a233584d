"""What a check can expect of an answer: one module per kind, and the table of all."""
