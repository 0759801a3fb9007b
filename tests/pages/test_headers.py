"""The headers of every answer, the site's own files, and what fails politely."""

from __future__ import annotations

import gzip
import re

import pytest

from elearn.app import create_app
from elearn.web import headers, templating
from tests.pages.conftest import get


@pytest.mark.parametrize(
    "address", ["/", "/masuk", "/kursus/dapur-halal/bahan", "/tidak-ada", "/healthz", "/sertifikat"]
)
def test_every_answer_is_closed_to_foreign_script_frames_and_guessing(visitor, course, address):
    found = get(visitor, address).headers

    assert found["Content-Security-Policy"] == headers.POLICY
    assert "script-src 'self'" in headers.POLICY
    assert "unsafe" not in headers.POLICY
    assert "frame-ancestors 'none'" in headers.POLICY
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["X-Frame-Options"] == "DENY"
    assert found["Referrer-Policy"] == "same-origin"
    assert "camera=()" in found["Permissions-Policy"]
    assert found["Strict-Transport-Security"].startswith("max-age=")


@pytest.mark.parametrize("address", ["/belajar", "/akun", "/sertifikat", "/masuk", "/tidak-ada"])
def test_private_pages_are_kept_by_nobody(learner, course, address):
    assert get(learner.client, address).headers["Cache-Control"] == "no-store"


def test_a_members_public_page_is_kept_by_their_own_browser_only(learner, course):
    found = get(learner.client, "/kursus/dapur-halal").headers

    assert found["Cache-Control"] == "private, no-cache"
    assert "Cookie" in found["Vary"]


def test_without_https_nothing_promises_it(settings, app):
    from dataclasses import replace

    plain = create_app(replace(settings, base_url="http://127.0.0.1:8000"))
    answer = plain.test_client().get("/masuk", base_url="http://127.0.0.1:8000")

    assert "Strict-Transport-Security" not in answer.headers
    assert "Secure" not in answer.headers["Set-Cookie"]
    assert answer.headers["Set-Cookie"].startswith("kelas=")


def test_the_sites_own_files_are_kept_for_a_year_under_the_name_of_their_content(visitor, learner):
    for client in (visitor, learner.client):
        address = re.search(
            r'href="(/static/[0-9a-f]+/style\.css)"',
            get(client, "/masuk?x").text or get(client, "/akun").text,
        )
        sheet = get(client, address[1] if address else templating.asset("style.css"))
        assert sheet.status == 200
        assert sheet.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Cookie" not in sheet.headers["Vary"]
        assert "Set-Cookie" not in sheet.headers


def test_a_file_asked_for_under_an_old_name_is_sent_and_not_kept(visitor):
    sheet = get(visitor, "/static/0123456789ab/style.css")

    assert sheet.status == 200
    assert sheet.headers["Cache-Control"] == "no-cache"


def test_files_are_packed_for_whoever_takes_it(visitor, app):
    with app.test_request_context():
        address = templating.asset("style.css")
    plain = visitor.get(address, base_url="https://kelas.example")
    packed = visitor.get(address, base_url="https://kelas.example", headers={"Accept-Encoding": "gzip"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert len(packed.get_data()) < 12_000


@pytest.mark.parametrize("name", ["../settings.py", "..%2fsettings.py", "style.css/", "tidak-ada.css", ""])
def test_no_other_file_is_reached(visitor, name):
    assert get(visitor, f"/static/0123456789ab/{name}").status == 404


def test_every_module_of_script_imports_only_what_is_there(app):
    names = set(templating.static_files())
    scripts = [one for one in templating.static_files().items() if one[0].endswith(".js")]
    assert scripts
    for name, file in scripts:
        for imported in re.findall(r'from "\./([^"]+)"', file.plain.decode("utf-8")):
            assert imported in names, (name, imported)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/profil.css", 404),
        ("/akun/x.css", 404),
        ("/belajar/gaya.css", 404),
        ("/akun;.css", 404),
        ("/akun%00.css", 404),
    ],
)
def test_a_private_page_has_no_second_address_that_looks_like_a_file(learner, address, expected):
    assert get(learner.client, address).status == expected


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Host", "X-Original-URL", "X-Rewrite-URL"])
def test_a_header_from_outside_changes_no_page(visitor, course, name):
    expected = get(visitor, "/kursus/dapur-halal").text

    assert get(visitor, "/kursus/dapur-halal", **{name: "jahat.example"}).text == expected
