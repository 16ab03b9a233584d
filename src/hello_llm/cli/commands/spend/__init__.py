"""The command `spend`: what calls cost, and what the limits leave."""
