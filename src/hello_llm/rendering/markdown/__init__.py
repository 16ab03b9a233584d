"""Markdown as a terminal shows it, while the answer still grows."""
