"""The command `models`: which models there are, what they cost and what they can do."""
