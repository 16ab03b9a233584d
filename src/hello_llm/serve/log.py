"""The log of the server: a line for each request, and what happens to calls."""

import logging

LOG = logging.getLogger("hello_llm.serve")
"""Where the lines go; without secrets, since each is redacted before it is logged."""
