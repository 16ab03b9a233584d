"""Smoke checks: the suite, its run, its verdicts and its reports."""
