"""The command `check`: a suite of smoke checks, its run and its reports."""
