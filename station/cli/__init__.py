"""Ties every part together for the command line; nobody but station.__main__ imports it."""
