"""Tests against real name lookups, proxies and TLS, in a network that nothing can leave."""
