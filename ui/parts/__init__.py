"""Small things every screen is made of."""
