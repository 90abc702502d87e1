"""Barcode scanners, whether they speak over a serial line or type like a keyboard."""
