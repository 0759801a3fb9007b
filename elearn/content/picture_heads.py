"""What stands in the head of a picture file: size, place, orientation; read without decoding it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress

_GPS_POINTER = 0x8825
_ORIENTATION = 0x0112
#: Latitude and longitude in the GPS directory.
_PLACE_TAGS = {2, 4}
_EXIF_MARK = b"Exif\x00\x00"
#: Names under which XMP writes a place down, in any file.
_XMP_PLACE = (b"GPSLatitude", b"GPSLongitude")
_MAX_SIDE = 100_000
_MAX_ENTRIES = 500


def dimensions(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a picture in pixels as it is shown; None where its head does not say."""
    size = _png_size(content) or _gif_size(content) or _webp_size(content) or _jpeg_size(content)
    if size is None or not (0 < size[0] <= _MAX_SIDE and 0 < size[1] <= _MAX_SIDE):
        return None
    # A camera that was held upright stores the picture lying down and says so.
    return (size[1], size[0]) if orientation(content) >= 5 else size


def has_place(content: bytes) -> bool:
    """Say whether the file says where its picture was taken, in EXIF or XMP."""
    if any(name in content for name in _XMP_PLACE):
        return True
    if any(name in text for text in _png_texts(content) for name in _XMP_PLACE):
        return True
    return any(_exif_place(tiff) for tiff in _exif_blocks(content))


def orientation(content: bytes) -> int:
    """Return how the picture is turned, 1 (upright) to 8, as EXIF numbers it."""
    for tiff in _exif_blocks(content):
        for tag, value in _directory(tiff, None):
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else 1
    return 1


# Size


def _png_size(content: bytes) -> tuple[int, int] | None:
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR" or len(content) < 24:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _gif_size(content: bytes) -> tuple[int, int] | None:
    if content[:6] not in {b"GIF87a", b"GIF89a"} or len(content) < 10:
        return None
    width, height = struct.unpack("<HH", content[6:10])
    return width, height


def _webp_size(content: bytes) -> tuple[int, int] | None:
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP" or len(content) < 30:
        return None
    kind, head = content[12:16], content[20:30]
    if kind == b"VP8X":
        return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", head[6:10])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    for marker, body in _jpeg_segments(content):
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC} and len(body) >= 5:
            height, width = struct.unpack(">HH", body[1:5])
            return width, height
    return None


# Parts


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield marker and body of the segments before the picture itself."""
    if content[:2] != b"\xff\xd8":
        return
    position = 2
    while position + 4 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        length = int.from_bytes(content[position + 2 : position + 4], "big")
        if marker == 0xDA or length < 2:
            return
        yield marker, content[position + 4 : position + 2 + length]
        position += 2 + length


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    if content[:8] != b"\x89PNG\r\n\x1a\n":
        return
    position = 8
    while position + 8 <= len(content):
        length = int.from_bytes(content[position : position + 4], "big")
        yield content[position + 4 : position + 8], content[position + 8 : position + 8 + length]
        position += 12 + length


def _webp_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return
    position = 12
    while position + 8 <= len(content):
        length = int.from_bytes(content[position + 4 : position + 8], "little")
        yield content[position : position + 4], content[position + 8 : position + 8 + length]
        position += 8 + length + length % 2


def _png_texts(content: bytes) -> Iterator[bytes]:
    """Yield what the packed text chunks of a PNG say; those that are not packed are found as they are."""
    for kind, body in _png_chunks(content):
        rest = body.partition(b"\x00")[2]
        packed = b""
        if kind == b"zTXt":
            packed = rest[1:]
        elif kind == b"iTXt" and rest[:1] == b"\x01":
            packed = rest[2:].partition(b"\x00")[2].partition(b"\x00")[2]
        if packed:
            yield _unpacked(packed)


def _unpacked(packed: bytes) -> bytes:
    with suppress(zlib.error):
        return zlib.decompressobj().decompress(packed, 1024 * 1024)
    return b""


def _exif_blocks(content: bytes) -> Iterator[bytes]:
    for marker, body in _jpeg_segments(content):
        if marker == 0xE1 and body.startswith(_EXIF_MARK):
            yield body[len(_EXIF_MARK) :]
    for name, body in _png_chunks(content):
        if name == b"eXIf":
            yield body.removeprefix(_EXIF_MARK)
        elif name in {b"zTXt", b"tEXt"} and body.startswith(b"Raw profile type "):
            yield from _raw_profile(name, body)
    for name, body in _webp_chunks(content):
        if name == b"EXIF":
            yield body.removeprefix(_EXIF_MARK)


def _raw_profile(name: bytes, body: bytes) -> Iterator[bytes]:
    """Yield the EXIF that ImageMagick writes as hexadecimal text."""
    text = body.partition(b"\x00")[2]
    if name == b"zTXt":
        text = _unpacked(text[1:])
    with suppress(ValueError):
        yield bytes.fromhex(b"".join(text.split()[2:]).decode("ascii")).removeprefix(_EXIF_MARK)


# EXIF


def _exif_place(tiff: bytes) -> bool:
    for tag, value in _directory(tiff, None):
        if tag == _GPS_POINTER:
            return any(inner in _PLACE_TAGS for inner, _ in _directory(tiff, value))
    return False


def _directory(tiff: bytes, offset: int | None) -> Iterator[tuple[int, int]]:
    """Yield tag and value of the entries of the directory at *offset*, the first one for None."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return
    if offset is None:
        offset = struct.unpack(order + "I", tiff[4:8])[0]
    if offset + 2 > len(tiff):
        return
    count = struct.unpack(order + "H", tiff[offset : offset + 2])[0]
    for number in range(min(count, _MAX_ENTRIES)):
        entry = tiff[offset + 2 + number * 12 : offset + 14 + number * 12]
        if len(entry) < 12:
            return
        tag, kind = struct.unpack(order + "HH", entry[:4])
        short = kind == 3
        yield tag, struct.unpack(order + ("H" if short else "I"), entry[8 : 10 if short else 12])[0]
