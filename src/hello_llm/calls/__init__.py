"""Makes turns from settings: opens providers, builds requests, records exchanges."""
