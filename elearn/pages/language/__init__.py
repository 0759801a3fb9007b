"""The language of pages, as a visitor or a person chooses it."""
