"""Engines: where the calls of a batch are made, in threads of this process or on a cluster."""
