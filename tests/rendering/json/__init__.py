"""Tests of the rendering, and the screens and replies they share."""
