"""What was reserved and spent, across all processes of the user."""
