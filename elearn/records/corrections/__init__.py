"""Changes of an answer key that have responses: what changed, and what is still to be decided."""
