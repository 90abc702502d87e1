"""Prompts: the one question of the moment, by what it is about."""
