"""Bins: what lies in one, as a list that goes with it."""
