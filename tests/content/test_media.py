"""Files of a course are what their names say, carry no script and tell no place."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from elearn.content import media, picture_heads
from elearn.content.media import MediaRefusedError, check, dimensions, reencode_picture
from elearn.content.svg import svg_size

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">{}</svg>'
HOSTILE_SVG = [
    entry.split("\n", 1)
    for entry in (Path(__file__).parent / "hostile" / "svg.txt")
    .read_text("utf-8")
    .rstrip("\n")
    .split("\n%%\n")
]
XMP = b'<x:xmpmeta><rdf:Description exif:GPSLatitude="5,25.5S"/></x:xmpmeta>'
PLACE = {1: "S", 2: (5.0, 25.0, 0.0), 3: "E", 4: (105.0, 15.0, 0.0)}


def picture(
    kind: str = "PNG",
    size: tuple[int, int] = (40, 20),
    mode: str = "RGB",
    gps: object = None,
    turned: int = 0,
    **options: object,
) -> bytes:
    image = Image.new(mode, size, 0 if mode in {"1", "L", "P"} else "red")
    exif = image.getexif()
    if gps is not None:
        exif[0x8825] = gps
    if turned:
        exif[0x0112] = turned
    target = io.BytesIO()
    if kind != "GIF":
        options.setdefault("exif", exif)
    image.save(target, kind, **options)  # type: ignore[arg-type]
    return target.getvalue()


def noise(size: tuple[int, int], kind: str = "PNG") -> bytes:
    """A picture that cannot be packed."""
    target = io.BytesIO()
    Image.effect_noise(size, 100).convert("RGB").save(target, kind)
    return target.getvalue()


def codes(path: str, content: bytes) -> list[str]:
    return [code for code, _ in check(path, content)]


PDF = b"%PDF-1.7\n%%EOF\n"
ENDINGS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "GIF": "gif"}


@pytest.mark.parametrize("kind", ENDINGS)
def test_an_honest_picture_is_taken(kind: str) -> None:
    assert check(f"media/a.{ENDINGS[kind]}", picture(kind)) == []
    assert check(f"media/A.{ENDINGS[kind].upper()}", picture(kind)) == []


def test_an_honest_document_and_drawing_are_taken() -> None:
    assert check("media/a.pdf", PDF) == []
    assert check("media/a.svg", SVG.format("<rect fill='url(#g)' style='stroke:red'/>").encode()) == []


@pytest.mark.parametrize(
    "name", ["a.html", "a.js", "a.exe", "a.svgz", "a.bmp", "a.avif", "a", "a.png.html", ".png"]
)
def test_other_types_are_refused_by_name(name: str) -> None:
    assert codes(f"media/{name}", picture()) == ["K116a"]
    assert media.media_type(name) is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", picture("JPEG")),
        ("a.jpg", picture("PNG")),
        ("a.webp", picture("GIF")),
        ("a.gif", picture("WEBP")),
        ("a.pdf", b"<html>" + PDF),
        ("a.png", b"<script>alert(1)</script>"),
        ("a.png", b""),
        ("a.png", picture()[:60]),
        ("a.gif", b"GIF89a=1;alert(1)//"),
        ("a.jpg", b"\xff\xd8\xff" + b"x" * 100),
        ("a.webp", b"RIFF\x00\x00\x00\x00AVI LIST" + b"x" * 30),
        ("a.svg", picture()),
        ("a.png", picture()[:16] + struct.pack(">II", 60_000, 60_000) + picture()[24:]),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(name: str, content: bytes) -> None:
    assert codes(f"media/{name}", content) == ["K116b"]


def test_large_files_are_warned_about_and_very_large_ones_refused() -> None:
    assert codes("media/a.pdf", PDF + b"x" * media.ADVISED_BYTES) == ["K116f"]
    assert codes("media/a.pdf", PDF + b"x" * media.MAX_BYTES) == ["K116e"]
    assert codes("media/a.jpg", PDF + b"x" * media.ADVISED_BYTES) == ["K116b", "K116f"]


def test_every_refusal_says_what_to_do() -> None:
    assert (
        check("media/a.bmp", b"")[0][1]
        == "Jenis file media ini tidak dipakai; pakai WebP, JPEG, PNG, GIF, SVG atau PDF."
    )


# Drawings


@pytest.mark.parametrize(("code", "drawing"), HOSTILE_SVG)
def test_a_drawing_that_runs_or_fetches_something_is_refused(code: str, drawing: str) -> None:
    assert code in codes("media/a.svg", drawing.encode())


@pytest.mark.parametrize(
    "drawing",
    [
        SVG.format("<defs><linearGradient id='g'/></defs><use href='#g'/><text>onclick url(x</text>"),
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
        + SVG.format(""),
        SVG.format("<style>rect{fill:url(#g)} text{font-family:'a'}</style>"),
        SVG.format("<style>@font-face{src:url(data:font/woff2;base64,AA==)}</style>"),
        SVG.format('<image href="data:image/png;base64,iVBORw0KGgo="/>'),
        SVG.format("<animate attributeName='fill' from='red' to='blue' values='red;blue'/>"),
        SVG.format("<path transform='rotate(45)' d='M0 0'/>"),
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:i="http://www.inkscape.org/x"><i:view i:zoom="2"/></svg>',
        '<?xml version="1.0" encoding="UTF-8"?><!-- x -->' + SVG.format("<title>T</title>"),
    ],
)
def test_what_drawing_programs_write_is_taken(drawing: str) -> None:
    assert check("media/a.svg", drawing.encode()) == []


def test_a_drawing_in_another_encoding_is_read_all_the_same() -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?>' + SVG.format("<script/>")
    assert codes("media/a.svg", text.encode("utf-16")) == ["K116c"]
    assert codes("media/a.svg", b'<?xml version="1.0" encoding="nope"?><svg/>') == ["K116b"]


def test_a_drawing_nested_without_end_is_refused() -> None:
    assert codes("media/a.svg", SVG.format("<g>" * 300 + "</g>" * 300).encode()) == ["K116b"]


# Places


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_that_says_where_it_was_taken_is_refused(kind: str) -> None:
    assert codes(f"media/a.{ENDINGS[kind]}", picture(kind, gps=PLACE)) == ["K117"]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_that_says_when_or_how_is_taken(kind: str) -> None:
    assert (
        check(
            f"media/a.{ENDINGS[kind]}",
            picture(kind, gps={0: b"\x02\x03\x00\x00", 29: "2026:11:24"}, turned=6),
        )
        == []
    )


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_a_place_in_xmp_is_found(kind: str) -> None:
    assert codes(f"media/a.{ENDINGS[kind]}", picture(kind, xmp=XMP)) == ["K117"]


@pytest.mark.parametrize("packed", [True, False])
def test_a_place_in_the_text_of_a_png_is_found(packed: bool) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=packed)
    assert codes("media/a.png", picture(pnginfo=texts)) == ["K117"]
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", XMP.decode(), zip=packed)
    assert codes("media/a.png", picture(pnginfo=texts)) == ["K117"]


@pytest.mark.parametrize("packed", [True, False])
def test_a_place_in_the_profile_of_a_png_is_found(packed: bool) -> None:
    exif = Image.Exif()
    exif[0x8825] = PLACE
    data = exif.tobytes()
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Raw profile type exif", f"\nexif\n  {len(data)}\n{data.hex()}\n", zip=packed)
    assert codes("media/a.png", picture(pnginfo=texts)) == ["K117"]
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Raw profile type exif", "\nexif\n  4\nzzzz\n", zip=packed)
    assert check("media/a.png", picture(pnginfo=texts)) == []


@pytest.mark.parametrize(
    "tiff",
    [
        b"", b"II", b"XX*\x00\x08\x00\x00\x00", b"II*\x00\xff\x00\x00\x00", b"II*\x00\x08\x00\x00\x00\x05\x00\x25\x88",
        b"II*\x00\x08\x00\x00\x00\x01\x00\x25\x88\x04\x00\x01\x00\x00\x00\xff\xff\xff\xff\x00\x00\x00\x00",
    ],
)  # fmt: skip
def test_a_broken_head_is_no_place_and_no_failure(tiff: bytes) -> None:
    chunk = struct.pack(">I", len(tiff)) + b"eXIf" + tiff + b"\x00\x00\x00\x00"
    content = picture()[:33] + chunk + picture()[33:]
    assert picture_heads.has_place(content) is False
    assert picture_heads.orientation(content) == 1


def test_packed_text_that_cannot_be_unpacked_is_no_failure() -> None:
    body = b"a\x00\x00nonsense"
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    assert picture_heads.has_place(picture()[:33] + chunk + picture()[33:]) is False


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["PNG", "JPEG", "WEBP", "GIF"]), st.integers(0, 80))
def test_no_bytes_at_all_make_the_heads_fail(extra: bytes, kind: str, kept: int) -> None:
    content = picture(kind)[:kept] + extra
    dimensions(content)
    picture_heads.has_place(content)
    check(f"media/a.{ENDINGS[kind]}", content)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_at_all_make_the_drawing_check_fail(content: bytes) -> None:
    check("media/a.svg", content)
    check("media/a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'>" + content)


# Sizes


@pytest.mark.parametrize("kind", ENDINGS)
def test_the_size_of_a_picture_is_read_from_its_head(kind: str) -> None:
    assert dimensions(picture(kind, (300, 200))) == (300, 200)


def test_the_size_of_each_kind_of_webp_is_read() -> None:
    assert dimensions(picture("WEBP", (300, 200), lossless=True, exif=b"")) == (300, 200)
    assert dimensions(picture("WEBP", (300, 200), exif=b"")) == (300, 200)
    assert dimensions(picture("WEBP", (300, 200), "RGBA")) == (300, 200)
    assert dimensions(picture("WEBP")[:12] + b"ABCD" + bytes(30)) is None


def test_a_picture_held_upright_is_measured_upright() -> None:
    assert dimensions(picture("JPEG", (300, 200), turned=6)) == (200, 300)
    assert dimensions(picture("JPEG", (300, 200), turned=3)) == (300, 200)


@pytest.mark.parametrize("content", [b"", SVG.encode(), PDF, b"\xff\xd8\xff\xd9", b"\xff\xd8\xff\xff\xff\xda\x00\x02", picture()[:20], b"GIF89a\x00\x00\x00\x00"])  # fmt: skip
def test_where_the_head_says_no_size_there_is_none(content: bytes) -> None:
    assert dimensions(content) is None


# Uploads


@pytest.mark.parametrize(
    ("kind", "mode", "media_type"),
    [
        ("JPEG", "RGB", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("PNG", "RGB", "image/png"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "1", "image/png"),
        ("PNG", "I;16", "image/png"),
        ("WEBP", "RGB", "image/webp"),
        ("GIF", "P", "image/png"),
    ],
)
def test_an_upload_is_encoded_again_in_its_own_type(kind: str, mode: str, media_type: str) -> None:
    image = Image.new(mode, (60, 30))
    target = io.BytesIO()
    image.save(target, kind)
    content, found = reencode_picture(target.getvalue())
    assert found == media_type
    assert dimensions(content) == (60, 30)
    assert check(f"media/a{media.ending(found)}", content) == []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_an_upload_loses_everything_but_the_picture(kind: str) -> None:
    content, _ = reencode_picture(picture(kind, (60, 30), gps=PLACE, turned=1))
    assert not picture_heads.has_place(content)
    assert b"Exif" not in content
    with Image.open(io.BytesIO(content)) as again:
        assert not again.getexif()


def test_an_upload_keeps_no_text_and_no_profile() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "Budi")
    content, _ = reencode_picture(picture(pnginfo=texts, icc_profile=profile))
    assert b"Budi" not in content
    assert b"iCCP" not in content
    assert reencode_picture(picture(icc_profile=b"nonsense"))[1] == "image/png"


@pytest.mark.parametrize(
    ("turned", "corner"), [(1, 0), (2, 1), (3, 3), (4, 2), (5, 0), (6, 1), (7, 3), (8, 2)]
)
def test_an_upload_is_turned_upright(turned: int, corner: int) -> None:
    image = Image.new("RGB", (80, 40), "white")
    image.paste("black", (0, 0, 20, 10))
    exif = image.getexif()
    exif[0x0112] = turned
    target = io.BytesIO()
    image.save(target, "PNG", exif=exif)
    content, _ = reencode_picture(target.getvalue())
    with Image.open(io.BytesIO(content)) as upright:
        assert upright.size == ((80, 40) if turned < 5 else (40, 80))
        right, bottom = upright.width - 1, upright.height - 1
        corners = [(0, 0), (right, 0), (0, bottom), (right, bottom)]
        assert upright.getpixel(corners[corner]) == (0, 0, 0)


def test_a_wide_upload_is_made_as_wide_as_a_phone_can_use() -> None:
    content, _ = reencode_picture(picture("JPEG", (4000, 1000)))
    assert dimensions(content) == (1280, 320)


def test_an_upload_that_packs_badly_becomes_webp() -> None:
    content, media_type = reencode_picture(noise((900, 600)))
    assert media_type == "image/webp"
    assert len(content) <= media.MAX_BYTES


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "bukan gambar"),
        (SVG.encode(), "bukan gambar"),
        (PDF, "bukan gambar"),
        (picture()[:60], "rusak"),
        (picture("JPEG", (400, 400))[:700], "rusak"),
        (picture()[:16] + struct.pack(">II", 60_000, 60_000) + picture()[24:], "terlalu besar"),
        (picture() + b"x" * media.MAX_UPLOAD_BYTES, "20 MB"),
    ],
)
def test_an_upload_that_cannot_be_taken_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(MediaRefusedError, match=sentence) as caught:
        reencode_picture(content)
    assert str(caught.value).endswith(".")


def test_a_frame_that_is_larger_than_its_screen_is_refused() -> None:
    content = bytearray(picture("GIF", (10, 10)))
    frame = content.index(b",", 13)
    content[frame + 5 : frame + 9] = struct.pack("<HH", 8000, 8001)
    assert codes("media/a.gif", bytes(content)) == ["K116b"]
    with pytest.raises(MediaRefusedError, match="rusak"):
        reencode_picture(
            bytes(content).replace(struct.pack("<HH", 8000, 8001), struct.pack("<HH", 60000, 60001))
        )


def test_a_moving_upload_is_refused() -> None:
    target = io.BytesIO()
    frames = [Image.new("RGB", (10, 10), colour) for colour in ("red", "blue")]
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(MediaRefusedError, match="bergerak"):
        reencode_picture(target.getvalue())


def test_an_upload_that_stays_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "MAX_BYTES", 1000)
    with pytest.raises(MediaRefusedError, match="1 MB"):
        reencode_picture(noise((300, 300)))


@pytest.mark.parametrize(
    ("head", "size"),
    [
        ('width="320" height="604" viewBox="0 0 10 10"', (320, 604)),
        ('width="320px" height="99.5px"', (320, 99)),
        ('viewBox="0 0 320 408"', (320, 408)),
        ('viewBox=" 0,0,320.5,408 " width="100%"', (320, 408)),
        ('width="20em" height="10em"', None),
        ('width="0" height="10"', None),
        ('width="999999" height="10"', None),
        ('viewBox="0 0 320"', None),
        ("", None),
    ],
)
def test_a_drawing_says_how_large_it_is(head: str, size: tuple[int, int] | None) -> None:
    drawing = f'<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="http://www.w3.org/2000/svg" {head}><svg width="7" height="7"/></svg>'
    assert svg_size(drawing.encode()) == size
    prefixed = drawing.replace("<svg xmlns=", "<s:svg xmlns:s=").replace("</svg>", "</s:svg>")
    assert svg_size(prefixed.encode()) == size


@given(content=st.binary(max_size=300))
def test_the_size_of_anything_else_is_not_known(content: bytes) -> None:
    assert svg_size(content) is None
    svg_size(b"<svg " + content)
