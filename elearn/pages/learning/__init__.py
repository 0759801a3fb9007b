"""What a learner does: the home page, a quiz and its result, the certificate's confirmation."""
