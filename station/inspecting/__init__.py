"""Inspecting: what is asked of a unit, photographed and read."""
