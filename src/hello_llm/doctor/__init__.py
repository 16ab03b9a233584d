"""The examination: what a call would meet, looked at piece by piece, each with its repair."""

from hello_llm.doctor.examination import examine
from hello_llm.doctor.subject import Subject

__all__ = ["Subject", "examine"]
