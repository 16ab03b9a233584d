"""Resolves flags and profiles into one frozen set of settings with their origins."""
