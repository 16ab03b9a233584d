"""What the machine or the installation gets wrong, in a sentence; the environment variables."""
