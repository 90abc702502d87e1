"""Bench cameras."""
