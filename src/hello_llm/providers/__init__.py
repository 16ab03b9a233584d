"""The provider factory, which looks up providers by name."""
