"""From settings to turns: opens providers, builds requests, records exchanges."""
