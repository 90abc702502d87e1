"""The three columns of the bench page."""
