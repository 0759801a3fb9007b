"""Signing in, signing up, one's own account; help and privacy."""
