"""Tests that the servers, proxies and certificates of these tests do what they say."""
