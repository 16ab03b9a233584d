"""Makes a call where the warm process is confined in the same way."""

import sys

from tests.cli.program import child
from tests.warm.bare import bare_holder

if __name__ == "__main__":
    with bare_holder() as holder:
        called = child("chat", "hi", "--verbose")
        expected = f"chat hi --verbose by {holder.pid}\n"
    sys.stdout.write("warm" if called.text == expected else called.stderr)
