"""Routing: the grade of a unit, where it goes, its plate and its bin, as facts."""
