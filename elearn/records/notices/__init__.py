"""What a person is told on the site until they have seen it."""
