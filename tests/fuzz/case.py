"""One run of the program: its arguments, its files and what stands on its standard input."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Case:
    """An input, the same for the same number on every machine."""

    number: int
    """Seeds the generator."""
    subject: str
    """What is spoilt: flags, a profile, a suite, …"""
    arguments: tuple[str, ...]
    """The command line behind the program's name."""
    files: dict[str, bytes] = field(default_factory=dict)
    """The files of the working folder by their names."""
    stdin: bytes = b""
    """What stands on standard input."""
