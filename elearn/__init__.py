"""A training platform for small businesses."""
