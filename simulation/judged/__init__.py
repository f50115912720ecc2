"""What a played rotation came to: facts, invariants, exemptions, and the report of many."""
