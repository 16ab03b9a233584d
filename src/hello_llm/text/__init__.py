"""What happens to text before anybody reads it: decoding, surrogates, workflow commands."""
