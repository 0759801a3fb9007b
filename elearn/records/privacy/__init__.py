"""A person's own data: what is held about them, their wish to be erased, and carrying it out."""
