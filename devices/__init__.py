"""Things on the table: scanners, scales, cameras, printers; knows nothing of returns."""
