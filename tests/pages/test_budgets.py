"""What a page may weigh: bytes of a lesson, of all scripts, of the style sheet; and that nothing blocks it."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from elearn.records.audit.models import Way
from elearn.records.authoring import publish
from elearn.records.catalogue.models import Origin
from elearn.web.headers import POLICY
from elearn.web.templating import static_files
from tests.conftest import ROOT
from tests.pages.conftest import NOW

COURSE = ROOT / "courses" / "sertifikasi-halal"
TEMPLATES = sorted((ROOT / "elearn").rglob("*.html"))
#: Bytes over the wire of a lesson without its pictures, headers left out.
COLD, WARM = 60_000, 15_000
SCRIPTS, STYLE = 30_000, 25 * 1024
#: What all headers of one answer take, roughly.
HEADERS = 800


@pytest.fixture
def lessons(records):
    """The addresses of the lessons of a real course."""
    with records() as session:
        publish(
            session,
            slug=COURSE.name,
            files={str(path.relative_to(COURSE)): path.read_bytes() for path in COURSE.rglob("*.*")},
            note="",
            origin=Origin.FOLDER,
            actor=None,
            way=Way.COMMAND,
            now=NOW,
            today=NOW.date(),
        )
    return [f"/kursus/{COURSE.name}/{path.stem[3:]}" for path in sorted(COURSE.glob("0*.md"))]


def fetch(client, address, **headers):
    """Ask as browsers do."""
    sent = {"Accept-Encoding": "gzip", **headers}
    return client.get(address, base_url="https://kelas.example", headers=sent)


def parts_of(client, html: str) -> set[str]:
    """Return the addresses of everything but pictures that a browser gets for the page *html*."""
    found = set(re.findall(r'<link rel="(?:stylesheet|icon|manifest)" href="([^"]+)"', html))
    found |= set(re.findall(r'<script[^>]* src="([^"]+)"', html))
    waiting = [address for address in found if address.endswith(".js")]
    while waiting:
        address = waiting.pop()
        text = gzip.decompress(fetch(client, address).data).decode()
        for name in re.findall(r'(?:from|import)\s*\(?"\./([^"]+)"', text):
            imported = address.rpartition("/")[0] + "/" + name
            if imported not in found:
                found.add(imported)
                waiting.append(imported)
    return found


def test_a_lesson_comes_within_its_budget_and_costs_next_to_nothing_the_second_time(
    visitor, learner, lessons
):
    enrolled = learner.client
    page = enrolled.get(f"/kursus/{COURSE.name}", base_url="https://kelas.example")
    token = re.search(r'name="csrf-token" content="([^"]+)"', page.get_data(as_text=True))
    assert token is not None
    enrolled.post(
        f"/kursus/{COURSE.name}/ikut", data={"csrf_token": token[1]}, base_url="https://kelas.example"
    )

    # What is said once after an act is shown here.
    fetch(enrolled, f"/kursus/{COURSE.name}")

    for client in (visitor, enrolled):
        for address in lessons:
            first = fetch(client, address)
            assert first.status_code == 200, address
            assert first.headers["Content-Encoding"] == "gzip"
            html = gzip.decompress(first.data).decode()
            parts = parts_of(client, html)
            assert any(part.endswith(".css") for part in parts)
            sizes = [len(first.data), *(len(fetch(client, part).data) for part in parts)]
            cold = sum(sizes) + HEADERS * len(sizes)
            assert cold <= COLD, f"{address}: {cold}"
            # Files are kept for a year under addresses that name their content; the page is asked for again.
            for part in parts:
                assert "max-age=" in fetch(client, part).headers["Cache-Control"], part
            again = fetch(client, address, **{"If-None-Match": first.headers["ETag"]})
            assert again.status_code == 304, address
            assert not again.data
            # And where it has changed meanwhile, because something was ticked for instance, it comes alone.
            assert len(first.data) <= WARM, f"{address}: {len(first.data)}"


def test_all_scripts_together_are_small():
    sizes = {name: len(file.plain) for name, file in static_files().items() if name.endswith(".js")}

    assert sizes
    assert sum(sizes.values()) <= SCRIPTS, sizes


def test_the_style_sheet_is_small():
    assert len(static_files()["style.css"].plain) <= STYLE


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_script_holds_a_page_up_and_none_comes_from_elsewhere(path: Path):
    for tag in re.findall(r"<script[^>]*>", path.read_text("utf-8")):
        # A module is fetched beside the page and runs after it.
        assert 'type="module"' in tag, tag
        assert 'src="{{ asset(' in tag, tag


def test_no_page_may_run_what_stands_in_it():
    assert "script-src 'self'" in POLICY
    assert "style-src 'self'" in POLICY
    assert "unsafe" not in POLICY


def test_pages_name_no_file_twice_and_none_that_is_not_there(visitor, learner):
    for client, address in ((visitor, "/"), (visitor, "/masuk"), (learner.client, "/belajar")):
        html = gzip.decompress(body(fetch(client, address))).decode()
        named = re.findall(r'(?:href|src)="(/static/[^"]+)"', html)
        assert len(named) == len(set(named)), address
        for part in named:
            assert fetch(client, part).status_code == 200, part


def body(response):
    data = response.data
    return data if response.headers.get("Content-Encoding") == "gzip" else gzip.compress(data)
