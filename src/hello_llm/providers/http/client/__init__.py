"""The HTTP client of one call, built on documented seams of httpx."""
