"""A member's wallet: what points are worth, and what can be done with them."""
