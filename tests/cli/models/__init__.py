"""Tests of the command that lists models."""
