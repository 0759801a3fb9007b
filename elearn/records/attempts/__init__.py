"""Sittings of quizzes: what was asked, every answer as it was given, and what it earned."""
