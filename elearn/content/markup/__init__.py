"""Course text into HTML: the only place where HTML of a course comes from.

Python-Markdown with blocks and inline reading of our own (:mod:`.blocks`, :mod:`.inline`), then
bleach, then nh3 (:mod:`.sanitise`). Limits (:mod:`.limits`) and linear readers keep time, memory
and output bounded whatever the text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from elearn.content.markup.addresses import is_external
from elearn.content.markup.conversion import convert
from elearn.content.markup.limits import MarkupLimitError, check_output, check_source
from elearn.content.markup.sanitise import sanitise
from elearn.content.markup.surroundings import ANCHOR_PREFIX, Surroundings

__all__ = [
    "ANCHOR_PREFIX",
    "MarkupLimitError",
    "abbreviations_in",
    "is_external",
    "own_addresses",
    "render",
    "sanitise",
    "to_html",
]

_NOTHING: Mapping[str, str] = MappingProxyType({})


def to_html(markdown_text: str) -> str:
    """Return safe HTML of a lesson text; raise MarkupLimitError where it passes a limit of the format."""
    return render(markdown_text)


def render(
    piece_text: str,
    *,
    glossary: Mapping[str, str] = _NOTHING,
    link_definitions: str = "",
    link: Callable[[str], str | None] | None = None,
    picture_size: Callable[[str], tuple[int, int] | None] | None = None,
    anchor_prefix: str = "",
    term: Callable[[str, str], str] | None = None,
    inline: bool = False,
    checklist: bool = False,
) -> str:
    """Return safe HTML of one piece of a course.

    *link* turns an own address as the author wrote it (``media/alur.svg``, ``02-bahan.md#judul``,
    ``#judul``) into its address on the site, or None where it leads nowhere; *picture_size* knows
    width and height of a picture by the same address. Ids begin with ``ANCHOR_PREFIX`` and
    *anchor_prefix*, so that several pieces can stand on one page. *term* is told every abbreviation
    with its meaning and says under which id the page explains it: the first of each section then
    leads there. *inline* leaves out the paragraph around a single one; *checklist* makes task lists the learner's own. Raises
    MarkupLimitError with the line, counted in *piece_text*.
    """
    check_source(piece_text)
    surroundings = Surroundings(
        abbreviations=glossary,
        link=link,
        picture_size=picture_size,
        anchor_prefix=anchor_prefix,
        term=term,
    )
    html = convert(piece_text, surroundings, definitions=link_definitions, inline=inline, checklist=checklist)
    check_output(html)
    clean = sanitise(html)
    check_output(clean)
    return clean


def abbreviations_in(text: str, glossary: Mapping[str, str]) -> dict[str, str]:
    """Return the entries of *glossary* that :func:`render` may mark in *text*: words that stand in it."""
    parts = Surroundings(abbreviations=glossary).abbreviated(text)
    found = {part for part, meaning in parts if meaning is not None}
    return {word: meaning for word, meaning in glossary.items() if word in found}


def own_addresses(piece_text: str, link_definitions: str = "") -> tuple[str, ...]:
    """Return the own addresses that :func:`render` would ask its *link* for, in order; raises as it does."""
    check_source(piece_text)
    asked: list[str] = []

    def remember(address: str) -> None:
        asked.append(address)

    convert(piece_text, Surroundings(abbreviations={}, link=remember), definitions=link_definitions)
    return tuple(asked)
