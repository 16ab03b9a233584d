"""Parses the body of an error response, whatever the vendor's envelope."""
