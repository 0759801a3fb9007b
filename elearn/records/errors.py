"""The families of refusals; the web maps each family to a status in one table.

The sentence of an error is for the visitor's eyes, its attributes are for code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from elearn.content.problems import Phrase


@dataclass(frozen=True, slots=True)
class Sentence:
    """An Indonesian sentence marked for translation, with its values; the web translates it."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)
    #: The values stand in braces, as sentences of `content` have them.
    in_braces: bool = False

    def __str__(self) -> str:
        return self.filled(self.text, self.values)

    def filled(self, text: str, values: Mapping[str, Any]) -> str:
        """Return *text*, this sentence in any language, with *values* in their places."""
        if not values:
            return text
        return text.format(**values) if self.in_braces else text % values


def _(text: str, **values: Any) -> Sentence:
    """Mark *text* for translation without knowing Flask."""
    return Sentence(text, values)


def said(found: Phrase) -> Sentence:
    """Return a sentence that `content` has marked."""
    return Sentence(found.sentence, dict(found.values), in_braces=True)


class ElearnError(Exception):
    """Something a person can be told in one sentence."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class NotFoundError(ElearnError):
    """What was asked for does not exist, or is not the asker's (404)."""


class ConflictError(ElearnError):
    """The act came too late, or twice, or something else happened in between (409)."""


class RefusedError(ElearnError):
    """The input is not acceptable; *field* names the form field it belongs to, where there is one (422)."""

    def __init__(self, sentence: Sentence, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class TooManyError(ElearnError):
    """A limit was reached; *retry_after* is in seconds (429)."""

    def __init__(self, sentence: Sentence, *, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after
