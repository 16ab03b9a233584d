"""Where the calls of a batch are made, without any cluster."""
