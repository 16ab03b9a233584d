"""The one detector of secrets: recognises keys and removes them from text, in linear time."""
