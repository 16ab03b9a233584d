"""What a check may expect of an answer: one module for each kind, and the table of all."""
