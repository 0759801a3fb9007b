"""What trainers see: their courses, the editor, publishing, learners, essays to mark."""
