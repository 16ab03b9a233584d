"""Tests of the reports, and the results they share."""
