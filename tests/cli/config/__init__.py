"""Tests of the command `config`."""
