"""What a server or the network said went wrong, as one of our errors."""
