"""A call on the wire: its route, its connection, and the answer that LiteLLM is given."""
