"""A reader who tries the examples in ``docs/networks.md``, and the networks that they need."""

import pytest

pytest.register_assert_rewrite(
    *(f"{__name__}.{module}" for module in ("behind_gateway", "interfaces", "scenes", "stage"))
)
