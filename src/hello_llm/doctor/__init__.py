"""Checks what a call would run into, one module per subject, and says how to fix it."""

from hello_llm.doctor.steps import diagnose
from hello_llm.doctor.subject import Subject

__all__ = ["Subject", "diagnose"]
