"""The command `config`: what is set, and changes to the configuration file."""
