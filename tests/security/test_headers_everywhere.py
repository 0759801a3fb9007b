"""Headers and cookies on every page there is, for everybody, by https and without."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.http import parse_cookie

from elearn.app import create_app
from elearn.web.headers import MEDIA_POLICY, POLICY
from elearn.web.settings import Settings
from tests.pages.conftest import get, post, send
from tests.security.conftest import Site
from tests.security.test_routes import BASE, Place, address, ask, may_open, places, views
from tests.security.world import KEYS, PASSWORD, SLUG

#: What visitors share, by endpoint.
SHARED = {"catalogue.home", "catalogue.show_course", "catalogue.show_lesson"}
#: Files that are the same for everybody and no page.
FILES = {
    "catalogue.medium",
    "pictures.show_home",
    "pictures.show_course",
    "pictures.show_lesson",
    "web.static_file",
    "browsers.manifest",
    "browsers.favicon",
    "browsers.robots",
}
EXPECTED_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def pages(site: Site) -> list[tuple[str, str, Any]]:
    table = places(site.world)
    return [
        (endpoint, address(site.app, endpoint, place.values), roles)
        for endpoint, method, roles in views(site.app)
        if method == "GET"
        for place in table.get(endpoint, [Place({})])
    ]


def test_the_policy_is_the_designed_one() -> None:
    found = dict(part.strip().split(" ", 1) for part in POLICY.split(";"))

    assert found == EXPECTED_POLICY
    assert "sandbox" in MEDIA_POLICY.split("; ")
    assert "default-src 'none'" in MEDIA_POLICY
    assert "script" not in MEDIA_POLICY


@pytest.mark.parametrize("who", ["visitor", "learner", "trainer", "staff", "admin"])
def test_every_page_carries_every_header(site: Site, who: str) -> None:
    client = site.browser(who)
    for endpoint, path, roles in pages(site):
        found = ask(client, "GET", path)
        media = endpoint == "catalogue.medium" and found.status_code == 200
        headers = found.headers
        assert headers.getlist("Content-Security-Policy") == [MEDIA_POLICY if media else POLICY], path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["X-Frame-Options"] == "DENY", path
        assert headers["Referrer-Policy"] == (
            "no-referrer" if endpoint == "account.activate" else "same-origin"
        ), path
        assert "camera=()" in headers["Permissions-Policy"], path
        assert headers["Strict-Transport-Security"] == "max-age=31536000", path
        assert "Server" not in headers
        assert "X-Powered-By" not in headers
        check_caching(endpoint, path, found, private=bool(roles) or who != "visitor")
        if who == "visitor" and (endpoint in SHARED or endpoint in FILES):
            assert "Set-Cookie" not in headers, path


def check_caching(endpoint: str, path: str, found: Any, *, private: bool) -> None:
    kept = found.headers["Cache-Control"]
    if endpoint in FILES and found.status_code == 200:
        return
    if private:
        assert kept == "no-store" or kept.startswith("private"), (path, kept)
    if kept.startswith("public"):
        assert endpoint in SHARED, path
        assert "Cookie" in found.headers["Vary"], path


def test_no_page_of_a_visitor_holds_a_token_or_a_form_that_is_posted(site: Site) -> None:
    for path in ("/", f"/kursus/{SLUG}", f"/kursus/{SLUG}/bacaan", f"/kursus/{SLUG}/ujian"):
        text = get(site.browser("visitor"), path).text
        assert "csrf" not in text, path
        assert not re.search(r'<form[^>]*method="?post', text, re.IGNORECASE), path


def test_a_page_of_a_learner_is_never_taken_for_a_visitors(site: Site) -> None:
    learner, visitor = site.browser("learner"), site.browser("visitor")
    path = f"/kursus/{SLUG}/bacaan"
    tag = learner.get(path, base_url=BASE).headers["ETag"]

    assert visitor.get(path, base_url=BASE, headers={"If-None-Match": tag}).status_code == 200
    tag = visitor.get(path, base_url=BASE).headers["ETag"]
    assert learner.get(path, base_url=BASE, headers={"If-None-Match": tag}).status_code == 200


def cookies(client: FlaskClient, path: str, **data: Any) -> list[str]:
    answer = client.post(path, data=data, base_url=BASE) if data else client.get(path, base_url=BASE)
    return list(answer.headers.getlist("Set-Cookie"))


def test_every_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    client = site.browser("visitor")
    token = get(client, "/masuk").token()
    seen = cookies(site.browser("visitor"), "/masuk")
    seen += cookies(client, "/masuk", csrf_token=token, kunci=KEYS["learner"], sandi=PASSWORD, ingat="y")
    seen += cookies(client, "/keluar", csrf_token=get(client, "/akun").token())

    assert len(seen) >= 3
    for cookie in seen:
        parts = {part.strip().partition("=")[0].lower() for part in cookie.split(";")}
        assert {"httponly", "secure", "path"} <= parts, cookie
        assert "SameSite=Lax" in cookie
        assert cookie.startswith("__Host-kelas=")
        assert "domain" not in parts
        assert "Path=/" in cookie


def test_without_https_cookies_work_and_nothing_promises_it(settings: Settings) -> None:
    app = create_app(replace(settings, base_url="http://127.0.0.1:8000"))
    answer = app.test_client().get("/masuk", base_url="http://127.0.0.1:8000")

    assert "Strict-Transport-Security" not in answer.headers
    assert "Secure" not in answer.headers["Set-Cookie"]
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]
    with app.app_context():
        from elearn.web.extensions import db

        for engine in db.engines.values():
            engine.dispose()


# --- Sessions -----------------------------------------------------------------------------------------


def cookie_of(client: FlaskClient) -> str:
    found = client.get_cookie("__Host-kelas", domain="kelas.example")
    assert found is not None
    return str(found.value)


def replayed(site: Site, value: str) -> int:
    """Ask for a private page with a cookie that was caught."""
    client = site.make_client()
    client.set_cookie("__Host-kelas", value, domain="kelas.example", secure=True)
    return get(client, "/akun").status


def test_the_session_is_another_one_after_signing_in_and_dead_after_signing_out(site: Site) -> None:
    client = site.browser("visitor")
    page = get(client, "/masuk")
    before = cookie_of(client)
    send(client, page, "/masuk", kunci=KEYS["learner"], sandi=PASSWORD)
    first = cookie_of(client)
    assert first != before
    assert replayed(site, before) == 303
    assert replayed(site, first) == 200

    send(client, get(client, "/akun"), "/keluar")
    assert replayed(site, first) == 303


def test_a_session_that_an_attacker_planted_is_not_signed_in(site: Site) -> None:
    planted = site.browser("visitor")
    page = get(planted, "/masuk")
    victim = site.make_client()
    victim.set_cookie("__Host-kelas", cookie_of(planted), domain="kelas.example", secure=True)
    send(victim, page, "/masuk", kunci=KEYS["learner"], sandi=PASSWORD)

    assert get(victim, "/akun").status == 200
    assert get(planted, "/akun").status == 303


def test_signing_in_again_ends_the_session_before(site: Site) -> None:
    client = site.browser("learner")
    old = cookie_of(client)
    token = get(client, "/akun").token()
    assert (
        post(
            client, "/masuk", {"csrf_token": token, "kunci": KEYS["other learner"], "sandi": PASSWORD}
        ).status
        == 303
    )

    assert replayed(site, old) == 303


def test_a_new_password_ends_every_session_and_the_old_cookie_of_this_one(site: Site) -> None:
    client, other = site.browser("learner"), site.browser("learner")
    mine, theirs = cookie_of(client), cookie_of(other)
    page = get(client, "/akun")
    send(client, page, "/akun/sandi", sandi_lama=PASSWORD, sandi="teh-manis-hangat-8")

    assert get(client, "/akun").status == 200
    assert replayed(site, mine) == 303
    assert replayed(site, theirs) == 303


def test_no_cookie_of_another_making_is_believed(site: Site) -> None:
    good = cookie_of(site.browser("learner"))
    body, _dot, signature = good.rpartition(".")
    for value in (
        body + "." + signature[::-1],
        body[:-3] + "AAA." + signature,
        "eyJfdXNlcl9pZCI6IjEifQ.AAAA.BBBB",
        "x" * 4000,
        "." * 50,
        "%00",
    ):
        assert replayed(site, value) == 303, value[:40]


def test_the_token_of_a_session_stands_in_no_address_and_on_no_page(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    import secrets

    real = secrets.token_urlsafe
    monkeypatch.setattr(secrets, "token_urlsafe", lambda n: made.append(real(n)) or made[-1])
    client = site.browser("learner")
    assert made
    for _endpoint, path, roles in pages(site):
        if may_open(roles, "learner"):
            found = ask(client, "GET", path)
            assert made[0].encode() not in found.get_data(), path
            assert made[0] not in found.headers.get("Location", ""), path


def test_a_session_in_the_database_opens_nothing(site: Site, records: Callable[[], Any]) -> None:
    from sqlalchemy import select

    from elearn.records.accounts.models import UserSession

    site.browser("admin")
    with records() as session:
        rows = session.scalars(select(UserSession)).all()
        digests = [row.token_digest for row in rows]
    assert digests
    signer = site.app.session_interface.get_signing_serializer(site.app)  # type: ignore[attr-defined]
    for digest in digests:
        assert len(digest) == 64
        assert replayed(site, signer.dumps({"_user_id": digest, "_fresh": True})) == 303


def test_what_the_cookie_holds_is_a_token_and_nothing_about_its_person(site: Site) -> None:
    client = site.browser("staff")
    signer = site.app.session_interface.get_signing_serializer(site.app)  # type: ignore[attr-defined]
    held = signer.loads(cookie_of(client))

    assert set(held) <= {"_user_id", "_fresh", "_id", "csrf_token", "_permanent"}
    assert "Orang" not in str(held)


def test_a_private_page_has_no_address_a_cache_would_keep(site: Site) -> None:
    learner = site.browser("learner")
    for base in ("/belajar", "/akun", f"/percobaan/{site.world.open_attempt}", "/sertifikat"):
        for tail in (
            "/x.css",
            ".css",
            "/gaya.js",
            "%2fx.css",
            ";x.css",
            "%3fx.css",
            "%23.css",
            "/",
            "//",
            "/.",
        ):
            found = ask(learner, "GET", base + tail)
            shown = found.status_code == 200
            assert not (shown and urlsplit(base + tail).path != base), base + tail
            assert found.status_code in {404, 303, 308}, base + tail
            assert not found.headers["Cache-Control"].startswith("public"), base + tail


def test_nothing_beside_the_sites_own_files_is_served(site: Site) -> None:
    client = site.browser("admin")
    root = Path(__file__).parent.parent.parent
    names = [
        "/.git/config", "/.git/HEAD", "/.env", "/elearn.sqlite3", "/instance/secret_key", "/secret_key",
        "/console", "/?__debugger__=yes&cmd=resource&f=debugger.js", "/static/", "/static/x/",
        "/static/x/..%2f..%2fapp.py", "/static/x/../../app.py", "/static/x/%2e%2e/settings.py",
        "/static/x//etc/passwd", "/static/x/..%5csettings.py", "/static/x/style.css%00", "/static/x/.",
        "/media/", "/courses/", "/backup.zip", "/wsgi.py", "/server-status", "/static/x/style.css/..",
        "/media/../../etc/passwd", "/favicon.ico.map", "/static/x/kuis.js.map",
    ]  # fmt: skip
    for name in names:
        found = ask(client, "GET", name)
        if name.startswith("/?"):
            assert "debugger" not in found.get_data(as_text=True)
            continue
        if found.status_code == 308:
            found = ask(client, "GET", urlsplit(found.location).path)
        assert found.status_code == 404, name
    assert (root / "wsgi.py").is_file()


def test_a_failure_tells_nothing_of_the_machine(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_more: object) -> None:
        raise RuntimeError("sandi basis data: rahasia-besar")

    monkeypatch.setattr("elearn.pages.learning.routes.home_page", fail)
    found = get(site.browser("learner"), "/belajar")

    assert found.status == 500
    for word in ("rahasia-besar", "Traceback", "RuntimeError", "elearn/"):
        assert word not in found.text
    assert parse_cookie(found.headers.get("Set-Cookie", "")) == {} or "Secure" in found.headers["Set-Cookie"]
