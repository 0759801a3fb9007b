"""What an author should mend, in the language of the page."""

from __future__ import annotations

from flask_babel import gettext

from elearn.content.problems import CODES, Phrase, Problem, fill
from elearn.web import language


def told(problem: Problem) -> str:
    """Return the sentence of *problem*; the one it carries is Indonesian."""
    if language.current() == "id":
        return problem.message
    values = {name: _in_words(value) for name, value in problem.values.items()}
    return fill(gettext(CODES[problem.code].sentence), values)


def _in_words(value: object) -> object:
    return gettext(value.sentence).format(**value.values) if isinstance(value, Phrase) else value
