"""What a compiled text holds: values that go through JSON and come back equal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TocEntry:
    """A heading of the lesson; *anchor* is the id it has on the page."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Passage:
    """What is found by searching: the text below a heading; *anchor* and *heading* are empty above the first."""

    anchor: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class CompiledCheck:
    """One line of the personal checklist."""

    id: str
    html: str


@dataclass(frozen=True, slots=True)
class CompiledSource:
    """Where a fact comes from; *url* is empty or leads to another site."""

    title: str
    article: str = ""
    url: str = ""
    dated: str = ""


@dataclass(frozen=True, slots=True)
class CompiledTerm:
    """An abbreviation of the lesson; *anchor* is the id of its meaning on the page, *back* of its first use.

    *back* is empty where no use leads here (it stands in headings and links only).
    """

    word: str
    meaning: str
    anchor: str
    back: str = ""


@dataclass(frozen=True, slots=True)
class CompiledItem:
    """What may be shown of a question before it is answered, by position in the source."""

    prompt_html: str
    choices_html: tuple[str, ...] = ()
    lefts_html: tuple[str, ...] = ()
    rights_html: tuple[str, ...] = ()
    steps_html: tuple[str, ...] = ()
    hint_html: str = ""


@dataclass(frozen=True, slots=True)
class CompiledKey:
    """What a result may show of a question: never sent before.

    *feedback_html* is by position of the choice, or by row of answers; "" where there is none.
    *answer_html* is the right answer, *explanation_html* the author's word on it.
    """

    feedback_html: tuple[str, ...] = ()
    explanation_html: str = ""
    answer_html: str = ""


@dataclass(frozen=True, slots=True)
class CompiledModule:
    """One text of a course, ready for its pages. Marking never reads it."""

    title: str
    minutes: int
    lesson_html: str
    toc: tuple[TocEntry, ...]
    checklist: tuple[CompiledCheck, ...]
    sources: tuple[CompiledSource, ...]
    #: Abbreviations that the lesson uses, in the order they first stand.
    terms: tuple[CompiledTerm, ...]
    #: Days as ``2026-11-23``, empty where the author gave none.
    checked_on: str
    review_on: str
    quiz_intro_html: str
    items: Mapping[str, CompiledItem]
    keys: Mapping[str, CompiledKey]
    #: The lesson only: nothing of a quiz is ever found by searching.
    passages: tuple[Passage, ...]
    #: Bytes of the lesson's HTML and of the pictures in it.
    weight: int
    word_count: int

    def to_json(self) -> str:
        """Return the text that :meth:`from_json` turns into an equal value."""
        return canonical_json(asdict(self))

    @classmethod
    def from_json(cls, stored: str) -> CompiledModule:
        """Read what :meth:`to_json` wrote."""
        data = json.loads(stored)
        data["toc"] = tuple(TocEntry(**entry) for entry in data["toc"])
        data["checklist"] = tuple(CompiledCheck(**entry) for entry in data["checklist"])
        data["passages"] = tuple(Passage(**entry) for entry in data["passages"])
        data["sources"] = tuple(CompiledSource(**entry) for entry in data["sources"])
        data["terms"] = tuple(CompiledTerm(**term) for term in data["terms"])
        data["items"] = {item_id: CompiledItem(**_tuples(item)) for item_id, item in data["items"].items()}
        data["keys"] = {item_id: CompiledKey(**_tuples(key)) for item_id, key in data["keys"].items()}
        return cls(**data)


@dataclass(frozen=True, slots=True)
class CompiledPage:
    """The course page, ready to be shown; *image* is an address of the site, or empty."""

    title: str
    summary: str
    body_html: str
    image: str
    passages: tuple[Passage, ...]
    weight: int
    word_count: int

    def to_json(self) -> str:
        """Return the text that :meth:`from_json` turns into an equal value."""
        return canonical_json(asdict(self))

    @classmethod
    def from_json(cls, stored: str) -> CompiledPage:
        """Read what :meth:`to_json` wrote."""
        data = json.loads(stored)
        data["passages"] = tuple(Passage(**entry) for entry in data["passages"])
        return cls(**data)


def _tuples(values: dict[str, object]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def canonical_json(value: object) -> str:
    """Return *value* as JSON with sorted keys, no spaces, and letters outside ASCII as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
