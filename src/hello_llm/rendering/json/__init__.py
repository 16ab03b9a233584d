"""Replies, events, diagnoses and check results as JSON."""
