"""Prepares text for readers: decoding, surrogates, workflow commands, phrases for messages."""
