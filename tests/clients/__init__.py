"""The server below other servers, and with clients that are in an environment of their own."""
