"""What it costs to use the program, measured side by side with what people would use instead."""
