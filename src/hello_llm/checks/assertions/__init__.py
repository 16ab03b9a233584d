"""The assertions about an answer: one module per kind, and a table of all of them."""
