"""Pages that are compressed beforehand: fixed parts once, personal parts as they are.

A gzip body may be put together from pieces. Each fixed part is compressed once, on its own, and ends
on a byte boundary (a full flush), so that nothing in it refers to what stands before; what belongs to
one person goes between them as stored blocks. So a page costs copying instead of compressing, and a
secret never shares a compression window with text that somebody else chose (BREACH).
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_etags

GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
#: An empty last block.
_END = b"\x03\x00"
#: A stored block holds no more.
_STORED_MOST = 0xFFFF
#: A page cut at this mark has a personal part there; no published text can hold it.
MARK = "\x00"


@dataclass(frozen=True, slots=True)
class FixedPart:
    """A part of a page that is the same for everybody, with its compressed form."""

    plain: bytes
    deflated: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """A page cut at its personal places: *slots* names them, one fewer than *parts*."""

    parts: tuple[FixedPart, ...]
    slots: tuple[str, ...]
    digest: str

    @property
    def size(self) -> int:
        """How many bytes it keeps in memory."""
        return sum(len(part.plain) + len(part.deflated) for part in self.parts)


def fixed(text: str | bytes) -> FixedPart:
    """Compress *text* as a piece that can stand anywhere in a gzip body."""
    plain = text.encode() if isinstance(text, str) else text
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    return FixedPart(plain, compressor.compress(plain) + compressor.flush(zlib.Z_FULL_FLUSH))


def cut(html: str) -> Page:
    """Cut *html* at its marks (``\\0name\\0``)."""
    pieces = html.split(MARK)
    if len(pieces) % 2 == 0:
        raise ValueError("a mark is not closed")
    parts = tuple(fixed(piece) for piece in pieces[::2])
    return Page(parts, tuple(pieces[1::2]), hashlib.sha256(html.encode()).hexdigest()[:32])


def mark(name: str) -> str:
    """Return the mark that stands for the personal part *name* while a page is rendered."""
    return f"{MARK}{name}{MARK}"


#: Where the CSRF token goes in a personal part, and what scripts know the account by.
TOKEN = mark("token")
ACCOUNT = mark("akun")
_LAST = re.compile(f"{MARK}(token|akun){MARK}")


def stored(plain: bytes) -> bytes:
    """Return *plain* as stored deflate blocks."""
    blocks = bytearray()
    for start in range(0, len(plain), _STORED_MOST):
        piece = plain[start : start + _STORED_MOST]
        blocks += struct.pack("<BHH", 0, len(piece), len(piece) ^ 0xFFFF) + piece
    return bytes(blocks)


def plain_body(page: Page, personal: Sequence[bytes]) -> bytes:
    """Return the page as it reads."""
    body = bytearray(page.parts[0].plain)
    for part, own in zip(page.parts[1:], personal, strict=True):
        body += own
        body += part.plain
    return bytes(body)


def gzip_body(page: Page, personal: Sequence[bytes]) -> bytes:
    """Return the page as one gzip member."""
    first = page.parts[0]
    body = bytearray(GZIP_HEADER)
    body += first.deflated
    checksum = zlib.crc32(first.plain)
    length = len(first.plain)
    for part, own in zip(page.parts[1:], personal, strict=True):
        body += stored(own)
        body += part.deflated
        checksum = zlib.crc32(part.plain, zlib.crc32(own, checksum))
        length += len(own) + len(part.plain)
    body += _END
    body += struct.pack("<II", checksum, length & 0xFFFFFFFF)
    return bytes(body)


@dataclass(frozen=True, slots=True)
class Ready:
    """A page without a personal part left: its tag, and its body both ways."""

    etag: str
    plain: bytes
    packed: bytes

    @property
    def size(self) -> int:
        """How many bytes it keeps in memory."""
        return len(self.plain) + len(self.packed)


def ready(page: Page, personal: Mapping[str, str]) -> Ready:
    """Put *page* together for everybody to whom *personal* applies: visitors."""
    filling = [personal.get(slot, "").encode() for slot in page.slots]
    plain = plain_body(page, filling)
    packed = fixed(plain)
    whole = gzip_body(Page((packed,), (), ""), ())
    return Ready(hashlib.blake2b(plain, digest_size=16).hexdigest(), plain, whole)


def fill(page: Page, personal: Mapping[str, str]) -> Page:
    """Put *personal* in its places; the page that comes out has only places for token and account left.

    Nothing is compressed for it, so that it is cheap to do, and worth keeping: many stand alike.
    """
    parts: list[FixedPart] = []
    slots: list[str] = []
    plain, deflated = bytearray(), bytearray()
    tag = hashlib.blake2b(page.digest.encode(), digest_size=16)
    for part, slot in zip(page.parts, (*page.slots, ""), strict=True):
        plain += part.plain
        deflated += part.deflated
        text = personal.get(slot, "")
        own = text.encode()
        tag.update(len(own).to_bytes(4, "big") + own)
        for number, piece in enumerate(_LAST.split(text)):
            if number % 2:
                slots.append(piece)
                parts.append(FixedPart(bytes(plain), bytes(deflated)))
                plain, deflated = bytearray(), bytearray()
                continue
            plain += piece.encode()
            deflated += stored(piece.encode())
    parts.append(FixedPart(bytes(plain), bytes(deflated)))
    return Page(tuple(parts), tuple(slots), tag.hexdigest())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a request decides how a page is sent: ``Accept-Encoding`` and ``If-None-Match``."""

    encodings: str
    known: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A page on its way, without the headers that every answer carries."""

    status: int
    headers: dict[str, str]
    body: bytes

    def response(self) -> Response:
        """Return it as Flask sends it."""
        return Response(self.body, self.status, self.headers)


def wanted() -> Wanted:
    """Return what the request at hand wants."""
    return wanted_by(request.environ)


def wanted_by(environ: Mapping[str, Any]) -> Wanted:
    """Return what a WSGI request wants."""
    return Wanted(environ.get("HTTP_ACCEPT_ENCODING", ""), environ.get("HTTP_IF_NONE_MATCH", ""))


def send(found: Ready, how: Wanted, *, cache_control: str, language: str) -> Answer:
    """Answer with a page that is ready; ``304`` where the browser has it already."""
    headers = _headers(found.etag, cache_control)
    if _is_known(found.etag, how.known):
        return Answer(304, headers, b"")
    headers["Content-Type"] = "text/html; charset=utf-8"
    headers["Content-Language"] = language
    if _takes_gzip(how.encodings):
        headers["Content-Encoding"] = "gzip"
        return Answer(200, headers, found.packed)
    return Answer(200, headers, found.plain)


def respond(
    page: Page, how: Wanted, *, cache_control: str, language: str, token: str, secret: str, account: str
) -> Answer:
    """Answer with a page that `fill` has filled; ``304`` where the browser has it already.

    The tag covers what is shown, not how it is compressed (so it is a weak one). A token holds as long as
    its session and may be written in several ways, so the tag covers *secret*, which names the session
    (and so the *account*).
    """
    tag = hashlib.blake2b(f"{page.digest}{secret}".encode(), digest_size=16).hexdigest()
    headers = _headers(tag, cache_control)
    if _is_known(tag, how.known):
        return Answer(304, headers, b"")
    headers["Content-Type"] = "text/html; charset=utf-8"
    headers["Content-Language"] = language
    filling = [(token if slot == "token" else account).encode() for slot in page.slots]
    if _takes_gzip(how.encodings):
        headers["Content-Encoding"] = "gzip"
        return Answer(200, headers, gzip_body(page, filling))
    return Answer(200, headers, plain_body(page, filling))


def _headers(tag: str, cache_control: str) -> dict[str, str]:
    return {"ETag": f'W/"{tag}"', "Cache-Control": cache_control, "Vary": "Accept-Encoding, Cookie"}


def _is_known(tag: str, known: str) -> bool:
    return bool(known) and tag in parse_etags(known).as_set(include_weak=True)


@lru_cache(maxsize=64)
def _takes_gzip(header: str) -> bool:
    return parse_accept_header(header, Accept).quality("gzip") > 0
