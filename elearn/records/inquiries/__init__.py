"""What learners ask the trainers of a course, the answers, and which of them are good for everybody."""
