"""One file for each outside system that central exchanges returns with."""
