"""Servers: what they answer to real clients, and how they end."""
