"""The networks of the examples in ``docs/networks.md``, and a reader who tries the examples there."""
