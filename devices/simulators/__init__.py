"""Simulated devices that speak the real protocols from processes of their own."""
