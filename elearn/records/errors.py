"""The families of refusals; the web maps each family to a status in one table.

The sentence of an error is for the visitor's eyes, its attributes are for code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Sentence:
    """An Indonesian sentence marked for translation, with its values; the web translates it."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.values if self.values else self.text


def _(text: str, **values: Any) -> Sentence:
    """Mark *text* for translation without knowing Flask."""
    return Sentence(text, values)


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
