"""The command `chat`: one prompt or a conversation."""
