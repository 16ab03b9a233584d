"""Of the modules that execute their definitions when they are first used, and of their cache."""
