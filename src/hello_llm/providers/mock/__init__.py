"""The mock, and the script that it can play."""
