"""Changes the configuration file; a change is checked before anything is written."""
