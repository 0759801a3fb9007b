"""What each visitor sees: routes, forms, templates; no SQL."""
