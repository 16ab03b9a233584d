"""What keeps every test away from the network."""
