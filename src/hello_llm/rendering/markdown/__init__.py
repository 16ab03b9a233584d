"""Renders Markdown on a terminal while the answer is still growing."""
