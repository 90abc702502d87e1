"""Scales: one module for each language they speak, and the rule which weight may be used."""
