"""What the customer gets: decided by rules over facts, carried out by a worker, each at most once."""
