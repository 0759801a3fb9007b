"""The catalogues: what is to be translated, and bringing a catalogue up to date with it.

``python -m tests.translations`` takes new sentences into ``elearn/translations`` with an empty translation,
drops those that are gone, and compiles. The sentences of the sources are Indonesian and are the keys, so
that Indonesian itself needs no catalogue.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from elearn.content.problems import CODES

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "elearn"
CATALOGUES = PACKAGE / "translations"
#: The files say nothing about when they were made, so that making them again changes nothing.
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
#: What marks a sentence, in Python and in templates.
KEYWORDS: dict[str, Any] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "ngettext": (1, 2),
    "phrase": None,
    "say": None,
}
METHODS = {".py": "python", ".html": "jinja2.ext:babel_extract"}
OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false", "newstyle_gettext": "true"}
#: Commands speak to whoever runs the server, in Indonesian only.
UNTRANSLATED = ("commands",)


def sources() -> list[Path]:
    """Return the files whose sentences pages can show."""
    return sorted(
        path
        for path in PACKAGE.rglob("*")
        if path.suffix in METHODS and path.relative_to(PACKAGE).parts[0] not in UNTRANSLATED
    )


def sentences() -> Iterator[tuple[str, int, str | tuple[str, ...]]]:
    """Yield file, line and sentence (both forms of a plural) of everything to be translated."""
    for path in sources():
        name = str(path.relative_to(ROOT))
        with path.open("rb") as file:
            for line, text, _comments, _context in extract(
                METHODS[path.suffix], file, keywords=KEYWORDS, options={**OPTIONS, "encoding": "utf-8"}
            ):
                yield name, line, text
    for rule in CODES.values():
        yield "elearn/content/problems.py", 0, rule.sentence


def template() -> Catalog:
    """Return every sentence of the sources with where it stands."""
    catalogue = Catalog(project="elearn", charset="utf-8")
    for name, _line, text in sentences():
        # Without line numbers: those would change with every edit.
        catalogue.add(text, locations=[(name, 0)])
    return catalogue


def path_of(language: str) -> Path:
    """Return where the catalogue of *language* is kept."""
    return CATALOGUES / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    """Return the catalogue of *language* as it is kept."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def written(catalogue: Catalog) -> bytes:
    """Return *catalogue* as text, in the order of its sentences."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=110, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return buffer.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """Return *catalogue* as programs read it."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def update(language: str, known: dict[str, Any] | None = None) -> list[str]:
    """Bring the catalogue of *language* up to date, with *known* translations; return what is still missing."""
    wanted, path = template(), path_of(language)
    kept = read(language) if path.exists() else Catalog(locale=language)
    fresh = Catalog(
        locale=language,
        project="elearn",
        version="1",
        charset="utf-8",
        fuzzy=False,
        creation_date=EPOCH,
        revision_date=EPOCH,
        header_comment="# The interface in another language. Made by python -m tests.translations.",
        msgid_bugs_address="elearn",
        last_translator="elearn",
        language_team="elearn",
    )
    missing: list[str] = []
    for message in wanted:
        if not message.id:
            continue
        text = (known or {}).get(_name(message)) or _kept(kept, message)
        if not text:
            missing.append(_name(message))
        fresh.add(message.id, text or None, locations=message.locations)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(fresh))
    path.with_suffix(".mo").write_bytes(compiled(fresh))
    return missing


def _name(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _kept(catalogue: Catalog, message: Message) -> Any:
    found = catalogue.get(_name(message))
    return found.string if found is not None and found.id == message.id else None


if __name__ == "__main__":
    for left in update("en"):
        print(f"en: {left}")
