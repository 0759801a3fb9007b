"""Pictures and documents of a course: which are refused, how large they are, and new ones made fit.

What lies in a folder or ZIP is checked and kept byte for byte; what is uploaded in the editor is
encoded again (:func:`reencode_picture`), which leaves nothing in it but the picture.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from elearn.content.picture_heads import dimensions, has_place, orientation
from elearn.content.problems import Phrase, phrase, problem
from elearn.content.svg import check_svg

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = [
    "MEDIA_TYPES",
    "MediaRefusedError",
    "check",
    "dimensions",
    "ending",
    "media_type",
    "reencode_picture",
]

#: Types that may stand in `media/`, by the ending of the file's name.
MEDIA_TYPES = {
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
}
#: What a file of each type begins with; SVG is read as XML instead.
_BEGINNINGS = {
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
    "application/pdf": b"%PDF-",
}
_PILLOW_NAMES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif"}

#: What Pillow raises on files that are not what they seem.
_UNDECODABLE = (OSError, ValueError, SyntaxError, EOFError, LookupError, OverflowError, MemoryError)

MAX_BYTES = 1024 * 1024
ADVISED_BYTES = 150 * 1024
#: More than any phone's camera gives, and 200 MB when unpacked.
MAX_PIXELS = 64_000_000
#: Of a picture in a folder, which is at most 1 MB: checking decodes it.
MAX_KEPT_PIXELS = 24_000_000
MAX_UPLOAD_BYTES = 20 * 1024 * 1024
MAX_WIDTH = 1280


class _UndecodableError(Exception):
    """Pillow cannot make a picture of the bytes, or only one that is larger than its head says."""


class MediaRefusedError(ValueError):
    """An uploaded picture cannot be taken; *sentence* is for the trainer."""

    def __init__(self, sentence: Phrase) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def media_type(path: str) -> str | None:
    """Return the type a file has by its name; None where a course may not hold such a file."""
    return MEDIA_TYPES.get(PurePosixPath(path).suffix.lower())


def ending(picture_type: str) -> str:
    """Return how the name of a picture of *picture_type* ends."""
    return _ENDINGS[picture_type]


def check(path: str, content: bytes) -> list[tuple[str, str]]:
    """Return what is wrong with a file of `media/`, as codes (K116a–K117) with their sentences."""
    return [(code, problem(path, 1, code).message) for code in _codes(path, content)]


def _codes(path: str, content: bytes) -> list[str]:
    declared = media_type(path)
    if declared is None:
        return ["K116a"]
    if len(content) > MAX_BYTES:
        # Not looked at any further: checking must stay cheap.
        return ["K116e"]
    codes = ["K116f"] if len(content) > ADVISED_BYTES else []
    if declared == "image/svg+xml":
        return [*check_svg(content), *codes]
    if not content.startswith(_BEGINNINGS[declared]):
        return ["K116b", *codes]
    if declared in _PILLOW_NAMES:
        if not _can_be_decoded(content, declared):
            return ["K116b", *codes]
        if has_place(content):
            return ["K117", *codes]
    return codes


def _can_be_decoded(content: bytes, declared: str) -> bool:
    size = dimensions(content)
    if size is None or size[0] * size[1] > MAX_KEPT_PIXELS:
        return False
    try:
        with _decoding(content, declared, MAX_KEPT_PIXELS) as picture:
            picture.load()
    except _UndecodableError:
        return False
    return True


def reencode_picture(content: bytes) -> tuple[bytes, str]:
    """Return the picture in *content* without anything else that was in the file, and its media type.

    JPEG, PNG and WebP keep their type unless only WebP makes them small enough; a still GIF
    becomes PNG. It is turned upright and at most 1280 pixels wide. Raises MediaRefusedError.
    """
    found = next((kind for kind, start in _BEGINNINGS.items() if content.startswith(start)), None)
    size = dimensions(content)
    if found not in _PILLOW_NAMES or size is None:
        raise MediaRefusedError(
            phrase("Berkas ini bukan gambar JPEG, PNG, GIF, atau WebP; pilih gambar lain.")
        )
    if len(content) > MAX_UPLOAD_BYTES:
        raise MediaRefusedError(phrase("Gambar ini lebih besar dari 20 MB; perkecil dulu, lalu coba lagi."))
    if size[0] * size[1] > MAX_PIXELS:
        raise MediaRefusedError(
            phrase("Ukuran gambar ini terlalu besar (lebih dari 64 megapiksel); perkecil dulu.")
        )
    try:
        with _decoding(content, found, MAX_PIXELS) as picture:
            moving = getattr(picture, "n_frames", 1) > 1
            fit = picture if moving else _made_fit(picture, orientation(content))
    except _UndecodableError:
        raise MediaRefusedError(
            phrase("Gambar ini rusak dan tidak bisa dibuka; simpan ulang, lalu coba lagi.")
        ) from None
    if moving:
        raise MediaRefusedError(phrase("Gambar bergerak belum bisa ditambahkan di sini; pakai gambar diam."))
    target = "image/png" if found == "image/gif" else found
    encoded = _encoded(fit, target)
    if len(encoded) > ADVISED_BYTES and target != "image/webp":
        smaller = _encoded(fit, "image/webp")
        if len(smaller) < len(encoded):
            encoded, target = smaller, "image/webp"
    if len(encoded) > MAX_BYTES:
        raise MediaRefusedError(
            phrase("Gambar ini tetap lebih dari 1 MB setelah diperkecil; pakai gambar yang lebih sederhana.")
        )
    return encoded, target


@contextmanager
def _decoding(content: bytes, kind: str, max_pixels: int) -> Iterator[Image]:
    """Open a picture; what goes wrong until the block ends is an _UndecodableError."""
    from PIL import Image as ImageModule  # noqa: PLC0415 - heavy, and most servers never need it

    bombs = (ImageModule.DecompressionBombError, ImageModule.DecompressionBombWarning)
    try:
        picture = ImageModule.open(io.BytesIO(content), formats=[_PILLOW_NAMES[kind]])
        # The head may have said something else: a GIF's frame can be larger than its screen.
        if picture.width * picture.height > max_pixels:
            raise _UndecodableError
        yield picture
    except (*_UNDECODABLE, *bombs):
        raise _UndecodableError from None


def _made_fit(picture: Image, turned: int) -> Image:
    """Return *picture* upright, in sRGB, in a mode every type stores, no wider than a phone can use."""
    from PIL import Image as ImageModule  # noqa: PLC0415
    from PIL import ImageCms  # noqa: PLC0415

    # Lets the JPEG decoder leave out detail that would be thrown away: a fraction of time and memory.
    picture.draft("RGB", (MAX_WIDTH * 2, MAX_WIDTH * 2))
    profile = picture.info.get("icc_profile")
    alpha = "A" in picture.getbands() or "transparency" in picture.info
    fit = picture.convert("RGBA" if alpha else "L" if picture.mode in {"1", "L"} else "RGB")
    if profile and fit.mode == picture.mode == "RGB":
        with suppress(ImageCms.PyCMSError, OSError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            fit = ImageCms.profileToProfile(fit, source, ImageCms.createProfile("sRGB")) or fit
    turn = {
        2: ImageModule.Transpose.FLIP_LEFT_RIGHT,
        3: ImageModule.Transpose.ROTATE_180,
        4: ImageModule.Transpose.FLIP_TOP_BOTTOM,
        5: ImageModule.Transpose.TRANSPOSE,
        6: ImageModule.Transpose.ROTATE_270,
        7: ImageModule.Transpose.TRANSVERSE,
        8: ImageModule.Transpose.ROTATE_90,
    }.get(turned)
    if turn is not None:
        fit = fit.transpose(turn)
    if fit.width > MAX_WIDTH:
        height = max(1, round(fit.height * MAX_WIDTH / fit.width))
        fit = fit.resize((MAX_WIDTH, height), ImageModule.Resampling.LANCZOS)
    # A new picture from the pixels alone: comments, profiles and text chunks stay behind.
    bare = ImageModule.new(fit.mode, fit.size)
    bare.paste(fit)
    return bare


def _encoded(picture: Image, kind: str) -> bytes:
    target = io.BytesIO()
    if kind == "image/jpeg":
        picture.save(target, "JPEG", quality=82, optimize=True, progressive=True)
    elif kind == "image/png":
        picture.save(target, "PNG", optimize=True)
    else:
        picture.save(target, "WEBP", quality=80, method=4)
    return target.getvalue()
