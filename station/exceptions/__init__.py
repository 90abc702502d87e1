"""What a person must decide: the queue, which decisions fit, and what was decided, as facts."""
