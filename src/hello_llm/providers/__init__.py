"""The providers: one file or folder for each, and the factory that knows their names."""
