"""The command `doctor`: what a call would run into."""
