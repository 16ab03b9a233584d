"""Events become a terminal screen, plain text or JSON."""
