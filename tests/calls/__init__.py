"""What lies between the settings and a turn."""
