"""A file to change, and how a change of it is refused."""

import pytest

from hello_llm.contract import UsageError

FILE = """\
# Mine.
version = 1 # the only one

[defaults]   # for all
#temperature = 0.2
model = 'a/b' # good
stop = [
  "x", # one
]

# The CI.
[profiles.ci]
seed = 1

# The end.
"""


def refusal(change, *arguments, **options):
    """Return the message and the hint of the error that `change` raises."""
    with pytest.raises(UsageError) as caught:
        change(*arguments, **options)
    return caught.value.message, caught.value.hint
