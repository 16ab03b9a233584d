"""The image of the server: built, looked into, and run as its page says."""

import pytest

pytest.register_assert_rewrite(f"{__name__}.running")
