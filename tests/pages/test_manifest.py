"""What a phone needs to install the site, and what browsers and search engines ask for by themselves."""

from __future__ import annotations

import json
import re
from io import BytesIO

import pytest
from PIL import Image

from elearn.web.templating import static_files
from tests.pages.conftest import get

#: What the corners of the icon that a phone cuts into its own shape are filled with.
CLOTH = (0x6B, 0x17, 0x2C)


def manifest(client):
    page = get(client, "/manifest.webmanifest")
    assert page.status == 200
    assert page.headers["Content-Type"] == "application/manifest+json"
    return json.loads(page.text)


def test_the_site_can_be_installed_under_its_name(visitor, settings):
    found = manifest(visitor)

    assert found["name"] == f"{settings.site_name}, {settings.organisation}"
    assert found["short_name"] == settings.site_name
    assert (found["start_url"], found["scope"], found["display"]) == ("/belajar", "/", "standalone")
    assert found["lang"] == "id"
    assert found["theme_color"] == "#6b172c"
    assert {(icon["sizes"], icon["purpose"]) for icon in found["icons"]} >= {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }


def test_every_icon_is_there_in_its_size(visitor):
    for icon in manifest(visitor)["icons"]:
        answer = visitor.get(icon["src"], base_url="https://kelas.example")
        assert answer.status_code == 200, icon
        assert answer.content_type == icon["type"]
        if icon["type"] == "image/png":
            with Image.open(BytesIO(answer.data)) as picture:
                assert f"{picture.width}x{picture.height}" == icon["sizes"]
                corner = picture.convert("RGBA").getpixel((0, 0))
            # A phone cuts the maskable one to its own shape, so it has a ground to its edges.
            assert corner[3] == (255 if icon["purpose"] == "maskable" else 0)


@pytest.mark.parametrize("name", ["icon-maskable-512.png", "icon-apple-180.png"])
def test_icons_that_are_cut_have_the_cloth_as_their_ground(name):
    with Image.open(BytesIO(static_files()[name].plain)) as picture:
        assert picture.convert("RGB").getpixel((0, 0)) == CLOTH


def test_every_way_in_from_the_home_screen_leads_to_a_page(visitor):
    found = manifest(visitor)

    for address in [found["start_url"], *(one["url"] for one in found["shortcuts"])]:
        assert get(visitor, address).status in {200, 303}, address


def test_every_page_names_the_manifest_and_the_icons(visitor, learner):
    for client, address in ((visitor, "/masuk"), (visitor, "/"), (learner.client, "/belajar")):
        text = get(client, address).text
        assert '<link rel="manifest" href="/manifest.webmanifest">' in text
        icons = re.findall(r'<link rel="(?:icon|apple-touch-icon)" href="([^"]+)"', text)
        assert len(icons) == 2
        for icon in icons:
            assert get_bytes(visitor, icon)


def get_bytes(client, address):
    answer = client.get(address, base_url="https://kelas.example")
    assert answer.status_code == 200
    return answer.data


@pytest.mark.parametrize("address", ["/manifest.webmanifest", "/favicon.ico", "/robots.txt"])
def test_what_is_the_same_for_everybody_is_kept_and_sets_no_cookie(visitor, learner, address):
    first = visitor.get(address, base_url="https://kelas.example")
    again = learner.client.get(
        address, base_url="https://kelas.example", headers={"If-None-Match": first.headers["ETag"]}
    )

    assert first.headers["Cache-Control"] == "public, max-age=86400"
    assert "Cookie" not in first.headers.get("Vary", "")
    assert "Set-Cookie" not in first.headers
    assert again.status_code == 304


def test_search_engines_may_read_courses_and_are_kept_from_private_pages(visitor):
    lines = get(visitor, "/robots.txt").text.split("\n")
    closed = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow: ")]

    assert lines[0] == "User-agent: *"
    assert "/belajar" in closed
    # What says `noindex` in its head has to be read for that; courses are to be found.
    for open_to_all in ("/", "/kursus/x", "/sertifikat/ABC", "/masuk"):
        assert not any(open_to_all.startswith(path) for path in closed)


@pytest.mark.parametrize(
    "address", ["/", "/masuk", "/daftar", "/bantuan", "/sertifikat", "/perlindungan-data"]
)
def test_every_public_page_says_once_what_it_is_about(visitor, address):
    found = re.findall(r'<meta name="description" content="([^"]*)"', get(visitor, address).text)

    assert len(found) == 1
    assert 20 < len(found[0]) <= 200


def test_a_courses_page_and_its_lesson_say_what_they_are_about(visitor, course):
    for address in (f"/kursus/{course}", f"/kursus/{course}/{first_lesson(visitor, course)}"):
        text = get(visitor, address).text
        assert len(re.findall(r'<meta name="description"', text)) == 1, address


def first_lesson(visitor, course):
    found = re.search(rf'href="/kursus/{course}/([a-z0-9-]+)"', get(visitor, f"/kursus/{course}").text)
    assert found is not None
    return found[1]
