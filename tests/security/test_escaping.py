"""What a learner types is shown as text on every page of those who see it, and in the CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests.pages.conftest import get, post
from tests.security.conftest import Site
from tests.security.test_routes import BASE, Place, address, ask, may_open, places, token_of, views
from tests.security.world import KEYS, SLUG

#: Each carries the mark, so that it is found wherever it comes out.
SCRIPTS = (
    "<script>tandaku()</script>",
    '"><img src=x onerror=tandaku()>',
    "'><svg/onload=tandaku()>",
    "{{ tandaku }}{% raw %}",
    "</textarea></title><script>tandaku()</script>",
    '<a href="javascript:tandaku()">x</a>',
    "<!--splice tandaku--><iframe srcdoc=tandaku>",
    "tandaku\u202e gpj.exe \u2066<b>",
)
#: Elements and attributes that our own templates never write with such a mark in them.
VOID_ATTRIBUTES = re.compile(r"^on")


class Reader(HTMLParser):
    """Collects what a browser would take for elements and attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        for name, value in attributes:
            if VOID_ATTRIBUTES.match(name) or "tandaku" in name or name == "srcdoc":
                self.wrong.append(f"<{tag} {name}>")
            if (
                "tandaku" in (value or "")
                and name in {"href", "src", "action", "formaction", "style", "srcset"}
                and re.match(r"\s*(javascript|data|vbscript):", value or "", re.IGNORECASE)
            ):
                self.wrong.append(f"<{tag} {name}={value!r}>")

    def handle_data(self, data: str) -> None:
        if "tandaku" in data and self.inside and self.inside[-1] in {"script", "style"}:
            self.wrong.append(data[:80])


def check(text: str, where: str) -> bool:
    """Refuse a page on which what was typed is more than text; say whether it is on the page at all."""
    reader = Reader()
    reader.feed(text)
    assert not reader.wrong, (where, reader.wrong)
    assert "<script>tandaku" not in text, where
    assert "onerror=tandaku()>" not in text.replace("&gt;", ""), where
    return "tandaku" in text


@pytest.fixture
def planted(site: Site) -> Callable[[str], None]:
    """Type a text wherever somebody can."""

    def plant(text: str) -> None:
        learner = site.browser("learner")
        learner.environ_base["HTTP_USER_AGENT"] = text.encode("utf-8").decode("latin-1")
        token = token_of(learner)
        assert (
            post(learner, "/akun/data", {"csrf_token": token, "nama": text, "kabupaten": "18.71"}).status
            == 303
        )
        body = {"item": "q-uraian1", "event": str(uuid4()), "base": 0, "answer": text}
        saved = learner.put(
            f"/percobaan/{site.world.open_attempt}/jawaban",
            json=body,
            base_url=BASE,
            headers={"X-CSRFToken": token},
        )
        assert saved.status_code == 200
        body = {"item": "q-isian01", "event": str(uuid4()), "base": 0, "answer": text}
        learner.put(
            f"/percobaan/{site.world.open_attempt}/jawaban",
            json=body,
            base_url=BASE,
            headers={"X-CSRFToken": token},
        )
        assert get(learner, f"/percobaan/{site.world.open_attempt}?soal=8").text.count("tandaku") >= 1
        assert check(get(learner, f"/percobaan/{site.world.open_attempt}?soal=8").text, "question")
        check(get(learner, f"/percobaan/{site.world.open_attempt}?tinjau=1").text, "review")
        assert (
            post(learner, f"/percobaan/{site.world.open_attempt}/kirim", {"csrf_token": token}).status == 303
        )
        staff = site.browser("staff")
        token = token_of(staff)
        data = {"csrf_token": token, "nama": text, "mulai": "2026-11-23", "kursus": "1"}
        assert post(staff, "/staf/angkatan/baru", data).status == 303
        person = site.world.people["learner"]
        data = {"csrf_token": token, "kuis": f"{site.world.enrolment}-3", "alasan": text}
        post(staff, f"/staf/peserta/{person}/percobaan", data)
        graduate = site.world.people["graduate"]
        path = f"/staf/peserta/{graduate}/sertifikat/{site.world.serial}/cabut"
        assert post(staff, path, {"csrf_token": token, "alasan": text}).status == 303
        data = {"csrf_token": token, "nama": text, "kabupaten": "18.71", "alasan": text}
        assert post(staff, f"/staf/peserta/{site.world.people['other learner']}/data", data).status == 303
        trainer = site.browser("trainer")
        data = {"csrf_token": token_of(trainer), "judul": text[:60], "alamat": "jahat"}
        post(trainer, "/pelatih/kursus-baru", data)

    return plant


@pytest.mark.parametrize("text", ["".join(SCRIPTS[:3]), "".join(SCRIPTS[3:5]), "".join(SCRIPTS[5:])])
def test_what_was_typed_is_text_on_every_page(site: Site, planted: Callable[[str], None], text: str) -> None:
    planted(text)
    table = places(site.world)
    seen = set()
    for who in ("visitor", "learner", "trainer", "staff", "admin"):
        client = site.browser(who)
        for endpoint, method, roles in views(site.app):
            if method != "GET" or not may_open(roles, who) or endpoint == "certificates.download":
                continue
            for place in table.get(endpoint, [Place({})]):
                found = ask(client, "GET", address(site.app, endpoint, place.values))
                if "html" in found.content_type and check(found.get_data(as_text=True), endpoint):
                    seen.add(endpoint)
                if "json" in found.content_type:
                    assert found.headers["X-Content-Type-Options"] == "nosniff"
        if who == "admin":
            # The trail is told by POST in parts; the search shows what was typed.
            for path in ("/admin/orang", "/admin/jejak/periksa"):
                data = {"csrf_token": token_of(client), "cari": text}
                check(post(client, path, data).text, path)
    wanted = {
        "account.own_account", "authoring.essay", "authoring.essays", "authoring.course_learners",
        "authoring.learner", "certificates.verify", "reporting.cohorts", "reporting.completions",
        "reporting.person", "administration.trail", "administration.person",
    }  # fmt: skip
    assert wanted <= seen, wanted - seen


@pytest.mark.parametrize("text", SCRIPTS[:5])
def test_what_is_typed_into_an_address_or_a_form_comes_back_as_text(site: Site, text: str) -> None:
    for who, paths in {
        "visitor": ("/", "/sertifikat", "/masuk", "/daftar"),
        "staff": ("/staf/kelulusan",),
        "learner": (f"/percobaan/{site.world.open_attempt}",),
        "admin": ("/admin/jejak",),
    }.items():
        client = site.browser(who)
        for path in paths:
            names = (
                "cari",
                "topik",
                "kode",
                "next",
                "soal",
                "urut",
                "arah",
                "sesudah",
                "kursus",
                "dari",
                "sebelum",
            )
            for name in names:
                found = client.get(path, query_string={name: text}, base_url=BASE)
                assert found.status_code < 500
                check(found.get_data(as_text=True), f"{path}?{name}")
        check(client.get("/tidak-ada/" + text, base_url=BASE).get_data(as_text=True), "404")
        check(
            client.get("/sertifikat/" + text.replace("/", ""), base_url=BASE).get_data(as_text=True), "serial"
        )
    client = site.browser("visitor")
    token = get(client, "/masuk").token()
    for path in ("/masuk", "/daftar", "/aktivasi", f"/kursus/{SLUG}/ikut"):
        data = {"csrf_token": token, "kunci": text, "nama": text, "kabupaten": text, "kode": text, "held": text,
                "next": text, text: text}  # fmt: skip
        check(post(client, path, data).text, path)


FORMULAS = (
    "=1+1",
    "+62",
    "-1",
    "@SUM(A1)",
    "＝1+1",
    "\u200b=1+1",
    "=cmd|' /C calc'!A0",
    "'=1",
    ";=1+1",
    '"=1',
    "a;b",
)


def test_no_name_becomes_a_formula_in_the_staffs_spreadsheet(site: Site) -> None:
    staff = site.browser("staff")
    token = token_of(staff)
    written = set()
    for text in FORMULAS:
        data = {"csrf_token": token, "nama": text, "kabupaten": "18.71", "alasan": "uji"}
        changed = post(staff, f"/staf/peserta/{site.world.people['learner']}/data", data)
        assert changed.status in {303, 422}
        found = ask(staff, "POST", "/staf/kelulusan/unduh", data={"csrf_token": token})
        assert found.status_code == 200
        assert found.headers["Content-Disposition"].startswith("attachment")
        assert found.headers["Cache-Control"] == "no-store"
        body = found.get_data()
        assert body.startswith(b"\xef\xbb\xbf")
        for row in csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=";"):
            assert len(row) == 14
            for cell in row:
                bare = cell.lstrip("\u200b \u00a0")
                assert not bare.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")), (
                    cell
                )
                written.add(cell)
    assert {"'=1+1", "'＝1+1", "0812-3456-7001"} <= written


def test_a_look_at_what_is_protected_and_an_export_leave_a_trail(site: Site, records: Any) -> None:
    from sqlalchemy import select

    from elearn.records.audit.models import AuditEvent

    staff = site.browser("staff")
    token = token_of(staff)
    page = get(staff, f"/staf/peserta/{site.world.people['learner']}").text
    assert KEYS["learner"] not in page.replace(" ", "").replace("-", "")
    ask(staff, "POST", "/staf/kelulusan/unduh", data={"csrf_token": token, "semua": "x" * 5000})
    ask(staff, "POST", f"/staf/peserta/{site.world.people['learner']}/nomor", data={"csrf_token": token})
    with records() as session:
        rows = session.execute(select(AuditEvent.action, AuditEvent.after, AuditEvent.actor_id)).all()
    told = {action: (after, actor) for action, after, actor in rows}

    for action in ("report.export", "account.show_number"):
        assert told[action][1] == site.world.people["staff"]
    assert len(told["report.export"][0]) < 500


def client_of(site: Site) -> FlaskClient:
    return site.browser("admin")


def test_nobody_raises_their_own_role(site: Site, snapshot: Callable[[], dict[str, str]]) -> None:
    before = snapshot()
    for who in ("learner", "trainer", "staff"):
        client = site.browser(who)
        data = {"csrf_token": token_of(client), "trainer": "y", "staff": "y", "admin": "y", "alasan": "x",
                "nonaktifkan": "1", "orang": str(site.world.people[who])}  # fmt: skip
        for path in (
            f"/admin/orang/{site.world.people[who]}/peran",
            f"/admin/orang/{site.world.people['admin']}/akun",
            f"/admin/orang/{site.world.people['admin']}/kode",
            f"/admin/kursus/{SLUG}/tambah",
        ):
            assert post(client, path, data).status == 404
    staff = site.browser("staff")
    token = token_of(staff)
    for target in ("admin", "trainer", "staff"):
        person = site.world.people[target]
        data = {
            "csrf_token": token,
            "jenis": "told",
            "nama": "x",
            "alasan": "x",
            "lepas-alasan": "x",
            "kabupaten": "18.71",
        }
        for act in ("kode", "data", "lepas-nomor"):
            found = post(staff, f"/staf/peserta/{person}/{act}", data)
            assert found.status in {404, 422}, (target, act)
    assert snapshot() == before


def test_the_last_admin_cannot_be_switched_off_or_lose_the_role(
    site: Site, snapshot: Callable[[], dict[str, str]]
) -> None:
    client = client_of(site)
    own = site.world.people["admin"]
    before = snapshot()
    token = token_of(client)
    assert post(client, f"/admin/orang/{own}/peran", {"csrf_token": token}).status == 422
    assert (
        post(
            client, f"/admin/orang/{own}/akun", {"csrf_token": token, "nonaktifkan": "1", "alasan": "x"}
        ).status
        == 422
    )

    assert snapshot() == before
