"""Smoke checks: a suite of prompts, what is expected of the answers, and what came of them."""
