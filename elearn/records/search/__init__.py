"""Finding words in what is live: passages of texts, the database's own index of their words, near titles."""
