"""What the program does with text before anybody sees or reads it. Standard library only."""
