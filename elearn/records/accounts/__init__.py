"""People: who can sign in, by what, in which role, from which regency."""
