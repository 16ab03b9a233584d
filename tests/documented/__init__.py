"""A reader who types every command of the README and of each page of the documentation."""

import pytest

pytest.register_assert_rewrite(f"{__name__}.reader", f"{__name__}.shell")
