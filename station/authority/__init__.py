"""Who may do what at a bench: wrong PINs, and the lock that follows them."""
