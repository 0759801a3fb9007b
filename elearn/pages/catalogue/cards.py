"""The picture a chat shows beside a link to a page: 1200×630, drawn on demand from what the page is called."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from elearn.records.catalogue.cache import BoundedCache

if TYPE_CHECKING:
    import typst

HERE = Path(__file__).parent
#: Raised with every change of what is drawn: another picture gets another address.
DRAWING = 1
#: Pictures kept per process, in bytes; one weighs some 40 KB.
KEPT = 1_500_000
#: How long a request waits for the one that draws; two at once would cost the memory of two.
PATIENCE = 3.0
_CLOTHS = {
    "": (
        "#6b172c",
        24,
        24,
        "m12 1 11 11-11 11L1 12zm0 4-7 7 7 7 7-7zm0 4 3 3-3 3-3-3zM0 0h4L0 4zm24 0v4l-4-4z",
    ),
    "b": ("#1d3d66", 16, 14, "M0 14 8 0l8 14zm4-2h8L8 5zm3-1 1-2 1 2z"),
    "c": ("#1a5139", 32, 24, "M0 21h7V5h16v10h-8v-4h5V8H10v13h22v-2H13v-1h13V2H4v17H0z"),
}
_LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><path fill="#e0ab45" d="M20 0l20 20-20 20L0 20z"/>'
    '<path fill="#4f1222" d="M20 3l17 17-17 17L3 20z"/><path fill="#fdf1dc" d="M20 7l5.5 5.5L20 18l-5.5-5.5z'
    'M27.5 14.5l5.5 5.5-5.5 5.5-5.5-5.5zM12.5 14.5l5.5 5.5-5.5 5.5L7 20zM20 22l5.5 5.5L20 33l-5.5-5.5z"/>'
    '<path fill="#e0ab45" d="M20 17l3 3-3 3-3-3z"/></svg>'
)

_drawing = threading.Lock()
_drawn: BoundedCache[bytes] = BoundedCache(KEPT)


class CardBusyError(Exception):
    """Another picture is being drawn; ask again in a moment."""


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that stands on a picture; *motif* is the class of the course's cloth."""

    title: str
    above: str
    site: str
    office: str
    motif: str = ""
    language: str = "id"

    @property
    def digest(self) -> str:
        """Name the picture by what is on it."""
        said = json.dumps([DRAWING, asdict(self)], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def card_png(card: Card) -> bytes:
    """Return the picture of *card*; raise CardBusyError where it is too busy to draw it now."""
    ready = _drawn.peek(card.digest)
    if ready is not None:
        return ready
    if not _drawing.acquire(timeout=PATIENCE):
        raise CardBusyError
    try:
        return _drawn.get(card.digest, lambda: _weighed(_draw(card)))
    finally:
        _drawing.release()


def _weighed(picture: bytes) -> tuple[bytes, int]:
    return picture, len(picture)


def _draw(card: Card) -> bytes:
    import typst  # noqa: PLC0415 - heavy, and only chats ask for these pictures

    data = {**asdict(card), "logo": _LOGO, "cloth": _cloth(card.motif)}
    compiler = typst.Compiler(
        (HERE / "card.typ").read_bytes(),
        root=str(HERE),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    picture = compiler.compile(format="png", ppi=144.0)
    if not isinstance(picture, bytes):
        raise TypeError("a card is one page")
    return picture


def _cloth(motif: str) -> str:
    colour, width, height, path = _CLOTHS.get(motif, _CLOTHS[""])
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 58"><defs>'
        f'<pattern id="p" width="{width}" height="{height}" patternUnits="userSpaceOnUse" y="8">'
        f'<path fill="#e0ab45" fill-rule="evenodd" d="{path}"/></pattern></defs>'
        f'<path fill="{colour}" d="M0 0h600v58H0z"/><path fill="url(#p)" d="M0 8h600v48H0z"/>'
        '<path fill="#e0ab45" d="M0 0h600v2H0zM0 4h600v1H0z"/></svg>'
    )


@cache
def _fonts() -> typst.Fonts:
    """Return the fonts that stand beside the certificate, which draws with the same letters."""
    import typst  # noqa: PLC0415 - see above

    folder = files("elearn").joinpath("pages/certificates/printing/fonts")
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder)])
