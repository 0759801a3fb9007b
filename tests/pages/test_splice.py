"""Pages compressed beforehand: what a browser unpacks is what was meant, whoever asks."""

from __future__ import annotations

import gzip
import zlib

import pytest
from flask import Flask, Response
from hypothesis import given
from hypothesis import strategies as st

from elearn.web import splice

words = st.text(
    alphabet=st.characters(exclude_characters=splice.MARK, exclude_categories=["Cs"]), max_size=300
)


@given(fixed=st.lists(words, min_size=1, max_size=6), data=st.data())
def test_what_is_unpacked_is_what_was_put_together(fixed, data):
    html = fixed[0]
    for number, piece in enumerate(fixed[1:]):
        html += splice.mark(f"s{number}") + piece
    page = splice.cut(html)
    personal = [data.draw(words).encode() for _ in page.slots]

    packed = splice.gzip_body(page, personal)

    assert gzip.decompress(packed) == splice.plain_body(page, personal)


def test_a_personal_part_longer_than_one_stored_block_is_kept_whole():
    page = splice.cut("a" + splice.mark("own") + "z")
    own = b"x" * 200_000

    assert gzip.decompress(splice.gzip_body(page, [own])) == b"a" + own + b"z"


def test_personal_text_is_never_compressed_with_what_stands_around_it():
    secret = b"token-9f8e7d6c5b4a-token-9f8e7d6c5b4a"
    page = splice.cut(secret.decode() * 50 + splice.mark("own") + secret.decode() * 50)

    assert secret in splice.gzip_body(page, [secret])


def test_a_mark_that_is_not_closed_is_refused():
    with pytest.raises(ValueError, match="not closed"):
        splice.cut("a\0own")


def test_a_page_that_is_filled_keeps_open_only_the_places_of_token_and_account():
    page = splice.cut("a" + splice.mark("one") + "b" + splice.mark("two") + "c")

    filled = splice.fill(page, {"one": f"<{splice.TOKEN}>", "two": f"{splice.ACCOUNT}!"})

    assert filled.slots == ("token", "akun")
    assert splice.plain_body(filled, [b"x", b"x"]) == b"a<x>bx!c"
    assert gzip.decompress(splice.gzip_body(filled, [b"x", b"x"])) == b"a<x>bx!c"


@given(pieces=st.lists(words, min_size=3, max_size=3), others=st.lists(words, min_size=3, max_size=3))
def test_pages_filled_alike_have_one_tag_and_others_have_another(pieces, others):
    page = splice.cut("a" + splice.mark("one") + splice.mark("two") + splice.mark("three"))

    def filled(texts):
        return splice.fill(page, dict(zip(("one", "two", "three"), texts, strict=True)))

    assert (filled(pieces).digest == filled(others).digest) is (pieces == others)
    assert filled(pieces) == filled(list(pieces))


@pytest.fixture
def app() -> Flask:
    return Flask(__name__)


def send(page: splice.Page, own: str, secret: str = "") -> Response:
    filled = splice.fill(page, {"own": own})
    how = splice.wanted()
    return splice.respond(
        filled,
        how,
        cache_control="private, no-cache",
        language="id",
        token="token",
        secret=secret,
        account="akun",
    ).response()


@pytest.mark.parametrize(
    ("accepts", "packed"),
    [("gzip, deflate, br", True), ("", False), ("identity", False), ("gzip;q=0", False), ("br", False)],
)
def test_only_a_browser_that_takes_gzip_gets_it(app, accepts, packed):
    page = splice.cut("<p>" + splice.mark("own") + "</p>")

    with app.test_request_context(headers={"Accept-Encoding": accepts}):
        response = send(page, "Sari")

    body = response.get_data()
    assert (response.headers.get("Content-Encoding") == "gzip") is packed
    assert (zlib.decompress(body, 31) if packed else body) == b"<p>Sari</p>"


def test_a_browser_that_has_the_page_is_told_so_and_another_persons_page_is_another(app):
    page = splice.cut("<p>" + splice.mark("own") + "</p>")

    with app.test_request_context():
        first = send(page, "Sari")
    with app.test_request_context(headers={"If-None-Match": first.headers["ETag"]}):
        again = send(page, "Sari")
        other = send(page, "Joko")
        elsewhere = send(page, "Sari", secret="another session")

    assert again.status_code == 304
    assert again.get_data() == b""
    assert other.status_code == elsewhere.status_code == 200
    assert other.headers["ETag"] != first.headers["ETag"]
