"""From clauses to conditions, by symbolic resolution."""
