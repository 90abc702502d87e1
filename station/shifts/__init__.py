"""Shifts: what must add up, the blind count, and the sign-off."""
