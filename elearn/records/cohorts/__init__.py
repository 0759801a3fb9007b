"""Learners enrolled together, for reporting."""
