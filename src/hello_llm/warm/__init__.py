"""The warm process: it holds the import of LiteLLM, and a fork of it answers each call."""


class DeclinedError(BaseException):
    """A call that its own process must make; raised in a fork before anything was read or said.

    Like ``KeyboardInterrupt`` it is no ``Exception``: it concerns nobody but the fork's own code.
    """
