"""Opinions about goods: questions, photo checks, grade and route; pure."""
