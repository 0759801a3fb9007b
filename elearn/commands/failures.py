"""The failure of a command: one sentence that says what to do."""


class CommandError(Exception):
    """A command cannot do what it was asked; the sentence is for the operator."""
