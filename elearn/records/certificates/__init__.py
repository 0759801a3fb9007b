"""What was issued, exactly as printed, and what happened to it since."""
