"""The warm process, by itself and under the command line."""
