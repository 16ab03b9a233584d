"""From settings to the turns of a run: providers opened, requests built, exchanges recorded."""
