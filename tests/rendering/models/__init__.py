"""Tests of how models are shown."""
