"""Evidence of one item, for somebody outside: a claim, a dispute, a debit, a letter."""
