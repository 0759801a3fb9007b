"""Who did what to whom: append-only and chained."""
