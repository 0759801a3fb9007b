"""What staff see: completions, cohorts, one person's record."""
