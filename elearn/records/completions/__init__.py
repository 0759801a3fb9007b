"""Dated facts of what is done; nothing takes them back."""
