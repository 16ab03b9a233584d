"""The command `batch`: the rows of a file, their calls, and the lines that are kept."""
