"""The judge process: runs what can compute for ever, and dies with all its children when told."""
