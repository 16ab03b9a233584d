"""The warm process, which keeps LiteLLM imported and forks once per call."""


class DeclinedError(BaseException):
    """The client must make the call itself; raised in a fork before it reads or writes anything.

    Like ``KeyboardInterrupt``, this is not an ``Exception``: only the fork's own code handles it.
    """
