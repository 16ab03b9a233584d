"""Replies, events, diagnoses and checks as JSON."""
