"""Receiving: the parcel on the bench, the units in it, and what ties them to their return lines."""
