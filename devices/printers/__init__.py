"""Label printers: what they say, what is said to them, and how it gets there."""
