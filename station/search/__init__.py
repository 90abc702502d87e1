"""Search: what any code stands for at this bench, and its whole story."""
