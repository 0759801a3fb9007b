"""What every page shares: settings, guards, forms, error pages, the base template."""
