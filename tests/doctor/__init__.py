"""Tests of doctor against real sockets on loopback."""
