"""Shows what a provider says: on a terminal, in a pipe, as JSON."""
