"""A loopback server that misbehaves in every way of the catalogue, and the runs against it.

By hand::

    python -m tests.faults --list
    python -m tests.faults --serve stall-mid --port 8099 --protocol ollama
    python -m tests.faults --serve all --port 8099      # the model chooses: openai/stall-mid
    python -m tests.faults.run 'cut-*' --protocol openai --verbose
"""
