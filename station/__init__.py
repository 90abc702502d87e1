"""The bench without a screen: facts, workflow, journal, look-ups, labels."""
