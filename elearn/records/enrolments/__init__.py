"""One learner in one course, for ever, with the summary staff ask about."""
