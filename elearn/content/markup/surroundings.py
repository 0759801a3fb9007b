"""What a text refers to outside its own paragraphs: addresses, pictures, abbreviations, footnotes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from xml.etree.ElementTree import Element, SubElement

from elearn.content.markup.addresses import encode_address, is_allowed, is_external, is_own
from elearn.content.markup.block import Block
from elearn.content.markup.limits import Allowance
from elearn.content.markup.references import normal_label

#: Before every id that comes from a text, so that none can take the place of one of the page's own.
ANCHOR_PREFIX = "isi-"

_WORD = re.compile(r"\w+")
_LONGEST_ABBREVIATION = 80


class Surroundings:
    """Everything that a paragraph may refer to, and what is left of the limits."""

    def __init__(
        self,
        *,
        abbreviations: Mapping[str, str],
        link: Callable[[str], str | None] | None = None,
        picture_size: Callable[[str], tuple[int, int] | None] | None = None,
        anchor_prefix: str = "",
        term: Callable[[str, str], str] | None = None,
    ) -> None:
        self.allowance = Allowance()
        self.prefix = ANCHOR_PREFIX + anchor_prefix
        self.footnotes: dict[str, Block] = {}
        #: Footnotes in the order they are first referred to, and how often.
        self.footnote_numbers: dict[str, int] = {}
        self.footnote_uses: dict[str, int] = {}
        self._link = link
        self._picture_size = picture_size
        #: Where the page explains an abbreviation, by it and its meaning; None where it does not.
        self.term = term
        self._abbreviations: dict[str, str] = {}
        #: Lengths of the abbreviations that begin with a word, longest first.
        self._lengths: dict[str, list[int]] = {}
        self.add_abbreviations(abbreviations)

    # Addresses

    def link_attributes(self, wanted: Mapping[str, str]) -> dict[str, str] | None:
        """Return the attributes of a link; None where its address may not stand in a course."""
        address = self._resolved(wanted["href"])
        if address is None:
            return None
        attributes = {"href": address}
        if wanted.get("title"):
            attributes["title"] = wanted["title"]
        if is_external(address):
            attributes["rel"] = "noopener nofollow"
        return attributes

    def picture_attributes(self, wanted: Mapping[str, str], alternative: str) -> dict[str, str] | None:
        """Return the attributes of a picture; None where it is not one of the course."""
        if self._link is not None and not wanted["src"].startswith("media/"):
            return None
        address = self._resolved(wanted["src"])
        if address is None or not is_own(address):
            return None
        attributes = {"src": address, "alt": alternative}
        if wanted.get("title"):
            attributes["title"] = wanted["title"]
        size = self._picture_size(wanted["src"]) if self._picture_size is not None else None
        if size is not None:
            attributes["width"], attributes["height"] = str(size[0]), str(size[1])
        attributes["loading"] = "lazy"
        return attributes

    def _resolved(self, written: str) -> str | None:
        address = encode_address(written)
        if not is_allowed(address):
            return None
        if is_own(address):
            if self._link is not None:
                mapped = self._link(written)
                return mapped if mapped is not None and is_allowed(mapped) else None
            if address.startswith("#"):
                return f"#{self.prefix}{address[1:]}"
        return address

    # Abbreviations

    def add_abbreviations(self, abbreviations: Mapping[str, str]) -> None:
        """Mark these words from now on; the text's own meaning of a word goes before the glossary's."""
        for word, meaning in abbreviations.items():
            first = _WORD.match(word)
            if first is None or len(word) > _LONGEST_ABBREVIATION:
                continue
            self._abbreviations[word] = meaning
            lengths = self._lengths.setdefault(first[0], [])
            if len(word) not in lengths:
                lengths.append(len(word))
                lengths.sort(reverse=True)

    def abbreviated(self, text: str) -> Iterator[tuple[str, str | None]]:
        """Cut *text* into parts: an abbreviation with its meaning, anything else with None."""
        if not self._abbreviations:
            yield text, None
            return
        done = 0
        for word in _WORD.finditer(text):
            if word.start() < done or word[0] not in self._lengths:
                continue
            for length in self._lengths[word[0]]:
                end = word.start() + length
                found = text[word.start() : end]
                if found in self._abbreviations and not (
                    text[end : end + 1].isalnum() and found[-1].isalnum()
                ):
                    if word.start() > done:
                        yield text[done : word.start()], None
                    yield found, self._abbreviations[found]
                    done = end
                    break
        if done < len(text):
            yield text[done:], None

    # Footnotes

    def has_footnote(self, label: str) -> bool:
        """Say whether the text defines this footnote."""
        return bool(self.footnotes) and normal_label(label) in self.footnotes

    def refer_to_footnote(self, parent: Element, label: str, line: int, *, linked: bool) -> Element:
        """Add the raised number of a footnote under *parent*."""
        name = normal_label(label)
        number = self.footnote_numbers.setdefault(name, len(self.footnote_numbers) + 1)
        raised = SubElement(parent, "sup")
        self.allowance.spend(90 + 2 * len(self.prefix), line)
        if not linked:
            raised.text = str(number)
            return raised
        use = self.footnote_uses[name] = self.footnote_uses.get(name, 0) + 1
        link = SubElement(
            raised,
            "a",
            {"href": f"#{self.prefix}fn-{number}", "id": f"{self.prefix}fnref-{number}{suffix(use)}"},
        )
        link.text = str(number)
        return raised


def suffix(use: int) -> str:
    """Return what makes the id of the second and later uses of a footnote differ."""
    return "" if use == 1 else f"-{use}"
