"""The mock provider, and the scripts that it can play."""
