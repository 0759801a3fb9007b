"""What a course is: Markdown, quiz items, marking. Plain values; no Flask, no database, no clock."""
