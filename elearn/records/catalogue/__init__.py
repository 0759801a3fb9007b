"""Courses and what was published of them: revisions, releases, media, drafts."""
