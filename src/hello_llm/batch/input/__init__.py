"""The input of a batch: where it comes from, and a module for each format."""
