"""Data files, and the functions that find and translate them."""
