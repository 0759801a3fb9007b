"""What anybody may read: the catalogue, course pages, lessons and their pictures."""
