"""Stand-ins for what central talks to, as processes of their own: for tests and for trying things out."""
