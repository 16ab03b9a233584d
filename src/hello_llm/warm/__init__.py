"""The warm process, which keeps LiteLLM imported and forks once per call."""


class DeclinedError(BaseException):
    """A call that its own process must make; raised in a fork before anything was read or said.

    Like ``KeyboardInterrupt`` it is no ``Exception``: it concerns nobody but the fork's own code.
    """
