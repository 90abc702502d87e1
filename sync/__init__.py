"""The central return records, seen from the bench, and the central service itself."""
