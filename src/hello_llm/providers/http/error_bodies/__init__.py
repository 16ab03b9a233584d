"""What the body of an error answer says, whoever's envelope it comes in."""
