"""Somebody without an account: who is registered here, whose links are these, where does this lead."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from elearn.app import create_app
from elearn.records.accounts import passwords
from elearn.records.accounts import services as accounts
from elearn.records.accounts.models import CodeKind, User
from elearn.records.audit.models import Way
from elearn.web.settings import Settings, SettingsError, ensure_secret_key, load_settings
from tests.conftest import NOW
from tests.pages.conftest import Page, get, post, send
from tests.security.conftest import Site
from tests.security.test_routes import BASE, ask, token_of
from tests.security.world import KEYS, PASSWORD, QUIZ, SLUG

UNKNOWN = "081299998888"


def sign_in(client: FlaskClient, key: str, password: str) -> Page:
    return send(client, get(client, "/masuk"), "/masuk", kunci=key, sandi=password)


def bare(page: Page, *typed: str) -> str:
    """Return the page without what was typed and without tokens."""
    import re

    text = re.sub(r'(value|content)="[A-Za-z0-9_.\-]{40,}"', "", page.text)
    for one in typed:
        text = text.replace(f'value="{one}"', "")
    return text


# --- A1 -----------------------------------------------------------------------------------------------


def test_signing_in_tells_nobody_whether_a_number_is_known(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    work: list[int] = []
    real = passwords._HASHER

    class Counting:
        def verify(self, *arguments: Any) -> bool:
            work.append(1)
            return real.verify(*arguments)

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    answers = {}
    for key in (KEYS["learner"], UNKNOWN, KEYS["off"], "tidak.ada", "tidak@ada.example", "bukan nomor !!"):
        work.clear()
        page = sign_in(site.browser("visitor"), key, "salah-sekali-1")
        answers[key] = (page.status, bare(page, key), sorted(page.headers))
        if "!" not in key:
            assert len(work) == 1, key
    assert len({(status, text) for status, text, _names in answers.values()}) == 1


@pytest.mark.parametrize("key", [KEYS["learner"], UNKNOWN])
def test_too_many_tries_for_one_number_are_slowed_down_known_or_not(site: Site, key: str) -> None:
    found = [sign_in(site.make_client(), key, f"salah-sekali-{number}").status for number in range(12)]

    assert found == [422] * 10 + [429] * 2
    # The right password is no way round it, and nobody else is kept out.
    assert sign_in(site.make_client(), key, PASSWORD).status == 429
    assert sign_in(site.make_client(), KEYS["other learner"], PASSWORD).status == 303


def test_another_spelling_of_a_number_is_the_same_number(site: Site) -> None:
    spellings = ["081234567001", "+6281234567001", "0812 3456 7001", "62 812-3456-7001"]
    found = [sign_in(site.make_client(), spellings[n % 4], "salah-sekali-1").status for n in range(12)]

    assert found[-1] == 429


def test_a_code_that_nobody_has_and_one_that_is_over_are_told_alike(site: Site, records: Any) -> None:
    with records() as session:
        user = session.get(User, site.world.people["learner"])
        boss = session.get(User, site.world.people["admin"])
        used, fresh = (
            accounts.give_code(session, user, kind=CodeKind.TOLD, actor=boss, way=Way.PAGE, now=NOW)
            for _ in range(2)
        )
    answers = set()
    for code in (used, "ABCDEFGHJK", "x", "0" * 200):
        client = site.browser("visitor")
        page = send(client, get(client, "/aktivasi"), "/aktivasi", kode=code, sandi="teh-manis-hangat-8")
        answers.add((page.status, bare(page, code)))
        looked = get(site.browser("visitor"), f"/aktivasi/{code}")
        assert "Orang learner" not in looked.text
    assert len(answers) == 1
    client = site.browser("visitor")
    assert (
        send(client, get(client, "/aktivasi"), "/aktivasi", kode=fresh, sandi="teh-manis-hangat-8").status
        == 303
    )
    again = send(site.make_client(), get(site.make_client(), "/aktivasi"), "/aktivasi", kode=fresh, sandi="x")
    assert again.status in {403, 422}


def test_trying_codes_from_one_address_is_slowed_down(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from elearn.web import limits

    monkeypatch.setattr(limits.slow_down, "__kwdefaults__", {**limits.slow_down.__kwdefaults__, "limit": 3})
    client = site.browser("visitor")
    token = get(client, "/aktivasi").token()
    data = {"csrf_token": token, "kode": "ABCDEFGHJK", "sandi": "teh-manis-hangat-8"}

    before = 3 + limits.BEYOND
    assert [post(client, "/aktivasi", data).status for _ in range(before + 2)] == [422] * before + [429] * 2
    assert post(client, "/aktivasi/ABCDEFGHJK", data).status == 429


def test_an_address_is_not_taken_from_a_header_anybody_can_send(site: Site) -> None:
    """Without a trusted proxy ``X-Forwarded-For`` wins no new limit."""
    from elearn.web.limits import slow_down

    seen = []
    for number in range(2):
        headers = {"X-Forwarded-For": f"10.0.0.{number}", "Forwarded": f"for=10.0.0.{number}"}
        with site.app.test_request_context(headers=headers, environ_base={"REMOTE_ADDR": "203.0.113.9"}):
            from flask import request

            seen.append(request.remote_addr)
            slow_down("uji")
    assert seen == ["203.0.113.9"] * 2


# --- A2 and A7: whose links are these ---------------------------------------------------------------


@pytest.mark.parametrize(
    "header", ["Host", "X-Forwarded-Host", "X-Forwarded-Server", "Forwarded", "X-Original-URL"]
)
def test_no_link_is_made_from_what_the_request_says_of_the_host(site: Site, header: str) -> None:
    value = "host=jahat.example" if header == "Forwarded" else "jahat.example"
    staff, graduate = site.browser("staff"), site.browser("graduate")
    token = token_of(staff)
    person = site.world.people["learner"]
    code = staff.post(
        f"/staf/peserta/{person}/kode", data={"jenis": "slip"}, base_url=BASE,
        headers={header: value, "X-CSRFToken": token},
    )  # fmt: skip
    text = code.get_data(as_text=True)
    if header != "Host":
        assert "https://kelas.example/aktivasi/" in text
    assert "jahat.example" not in text
    for client in (graduate, site.browser("visitor")):
        for path in (
            "/",
            f"/kursus/{SLUG}",
            f"/sertifikat/{site.world.serial}",
            "/masuk",
            "/tidak-ada",
            "/sertifikat?kode=x",
        ):
            found = client.get(path, base_url=BASE, headers={header: value})
            assert "jahat.example" not in found.get_data(as_text=True), path
            assert "jahat.example" not in str(found.headers), path


def test_a_cached_page_is_not_poisoned(site: Site) -> None:
    client = site.browser("visitor")
    path = f"/kursus/{SLUG}"
    poisoned = {
        "Host": "jahat.example", "X-Forwarded-Host": "jahat.example", "X-Forwarded-Proto": "http",
        "X-Forwarded-Prefix": "/jahat", "X-HTTP-Method-Override": "POST", "Accept-Language": "<script>",
        "Accept": "application/json", "User-Agent": "<script>alert(1)</script>", "Referer": "https://jahat.example/",
        "Range": "bytes=0-1", "X-Requested-With": "XMLHttpRequest",
    }  # fmt: skip
    first = client.get(path, base_url=BASE, headers=poisoned)
    second = client.get(path, base_url=BASE)

    assert first.get_data() == second.get_data()
    assert first.headers["ETag"] == second.headers["ETag"]


# --- A3 -----------------------------------------------------------------------------------------------

AWAY = (
    "https://jahat.example", "http:jahat.example", "//jahat.example", "///jahat.example", "/\\jahat.example",
    "\\\\jahat.example", "/\t/jahat.example", "/\n/jahat.example", " //jahat.example", "javascript:alert(1)",
    "data:text/html,x", "jahat.example", "/ /jahat.example", "https:/jahat.example", "/%09/jahat.example\r\nX: y",
    "//jahat.example/%2f..", "/\\/jahat.example", "/\u2028/jahat.example"[:1] + "/jahat.example", "@jahat.example",
    "?next=//jahat.example", "", "/" * 3000, "/\ud800",
)  # fmt: skip


@pytest.mark.parametrize("target", AWAY)
def test_no_next_leads_away_from_here(site: Site, target: str) -> None:
    signed_in = site.browser("learner")
    client = site.browser("visitor")
    query = {"next": target.encode("utf-8", "surrogatepass")}
    for page in ("/masuk", "/daftar"):
        found = signed_in.get(page, query_string=query, base_url=BASE)
        if "\x00" in target:
            # No page has such an address.
            assert (found.status_code, found.location) == (404, None)
            continue
        assert found.status_code == 303
        check_stays(found.location)
        shown = client.get(page, query_string=query, base_url=BASE).get_data(as_text=True)
        assert "jahat.example" not in shown
    token = get(client, "/masuk").token()
    data = {"csrf_token": token, "kunci": KEYS["learner"], "sandi": PASSWORD, "next": query["next"]}
    found = client.post("/masuk", data=data, base_url=BASE)
    assert found.status_code == 303
    check_stays(found.location)


def check_stays(location: str) -> None:
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert "jahat.example" not in location.partition("?")[0].lstrip("/").partition("/")[0]


def test_what_is_sent_once_more_after_signing_in_goes_to_this_site(site: Site) -> None:
    client = site.browser("visitor")
    data = {"csrf_token": get(client, "/masuk").token(), "kunci": KEYS["learner"], "sandi": PASSWORD,
            "next": "//jahat.example/x", "held": json.dumps([["a", "b"], ["sandi", "x"]])}  # fmt: skip
    page = post(client, "/masuk", data)

    assert page.status == 200
    assert "jahat.example" not in page.text
    assert 'name="sandi"' not in page.text


def test_slashes_that_are_too_many_lead_nowhere_else(site: Site) -> None:
    client = site.browser("visitor")
    for path in (
        "//jahat.example/..",
        "//jahat.example/%2e%2e",
        "/kursus//jahat.example",
        "/\\jahat.example",
    ):
        found = client.get(path, base_url=BASE)
        if found.status_code in {301, 302, 303, 307, 308}:
            assert found.location.startswith(("https://kelas.example/", "/")), path
            assert not found.location.startswith("//"), path


# --- A5 -----------------------------------------------------------------------------------------------


def test_signing_in_and_out_needs_a_token_of_this_browser(site: Site) -> None:
    attacker = get(site.browser("visitor"), "/masuk").token()
    client = site.browser("visitor")
    get(client, "/masuk")
    data = {"csrf_token": attacker, "kunci": KEYS["other learner"], "sandi": PASSWORD}
    assert post(client, "/masuk", data).status == 403
    assert get(client, "/akun").status == 303

    victim = site.browser("learner")
    assert post(victim, "/keluar").status == 403
    assert get(victim, "/keluar").status == 405
    assert get(victim, "/akun").status == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "text/html"]
)
def test_data_that_another_site_can_send_is_not_taken_for_json(
    site: Site, snapshot: Callable[[], dict[str, str]], kind: str
) -> None:
    client, trainer = site.browser("learner"), site.browser("trainer")
    answer = {"item": "q-isian01", "event": "7b0f5b7e-1111-4222-8333-444455556666", "base": 0, "answer": "x"}
    before = snapshot()
    for browser, method, path, body in (
        (client, "PUT", f"/percobaan/{site.world.open_attempt}/jawaban", answer),
        (trainer, "POST", f"/pelatih/kursus/{SLUG}/file/kursus.md/simpan", {"teks": "x", "nomor": 0}),
    ):
        for headers in ({}, {"X-CSRFToken": token_of(browser)}):
            found = browser.open(
                path,
                method=method,
                base_url=BASE,
                data=json.dumps(body),
                headers={**headers, "Content-Type": kind},
            )
            assert found.status_code in {400, 403, 415, 422}, (path, found.status_code)
    assert snapshot() == before


def test_no_other_site_is_let_in(site: Site) -> None:
    client = site.browser("learner")
    for path in ("/belajar", f"/percobaan/{site.world.open_attempt}/soal.json", f"/kursus/{SLUG}"):
        for origin in ("https://jahat.example", "null"):
            found = client.get(path, base_url=BASE, headers={"Origin": origin})
            assert not [name for name, _value in found.headers if name.lower().startswith("access-control")]
            options = client.options(
                path, base_url=BASE, headers={"Origin": origin, "Access-Control-Request-Method": "PUT"}
            )
            assert not [name for name, _value in options.headers if name.lower().startswith("access-control")]


# --- A8: too much -------------------------------------------------------------------------------------


def test_a_body_that_is_too_large_is_refused_everywhere(
    site: Site, snapshot: Callable[[], dict[str, str]]
) -> None:
    client, trainer = site.browser("learner"), site.browser("trainer")
    headers = {"X-CSRFToken": token_of(client)}
    before = snapshot()
    large = "x" * (3 * 1024 * 1024)
    for path in (f"/percobaan/{site.world.open_attempt}/jawaban", "/akun/data", QUIZ, "/masuk", "/daftar"):
        assert ask(client, "POST", path, data={"answer": large}, headers=headers).status_code == 413, path
    body = {"item": "q-uraian1", "event": "7b0f5b7e-1111-4222-8333-444455556666", "base": 0, "answer": large}
    assert (
        ask(
            client, "PUT", f"/percobaan/{site.world.open_attempt}/jawaban", json=body, headers=headers
        ).status_code
        == 413
    )
    headers = {"X-CSRFToken": token_of(trainer), "Content-Type": "multipart/form-data; boundary=x"}
    picture = b"--x\r\n" + b"x" * (13 * 1024 * 1024)
    found = ask(trainer, "POST", f"/pelatih/kursus/{SLUG}/media", data=picture, headers=headers)
    assert found.status_code == 413
    assert snapshot() == before


def test_a_signed_out_giant_is_refused_before_it_is_kept(site: Site) -> None:
    client = site.browser("visitor")

    assert ask(client, "POST", QUIZ, data={"a": "x" * (3 * 1024 * 1024)}).status_code == 413


@pytest.mark.parametrize("who", ["visitor", "learner"])
def test_ten_thousand_parts_are_refused(site: Site, who: str) -> None:
    client = site.browser(who)
    path = "/masuk" if who == "visitor" else "/akun/data"
    headers = {"X-CSRFToken": token_of(client)}
    boundary = "----batas"
    parts = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="f{n}"\r\n\r\nx\r\n' for n in range(10_000)
    )
    found = client.post(
        path, data=f"{parts}--{boundary}--\r\n".encode(), base_url=BASE,
        headers={**headers, "Content-Type": f"multipart/form-data; boundary={boundary}"},
    )  # fmt: skip
    assert found.status_code == 413
    # The same as an ordinary form is read at most up to its size, and quickly.
    many = "&".join(f"f{n}=x" for n in range(10_000))
    found = client.post(path, data=many, base_url=BASE, headers={
        **headers, "Content-Type": "application/x-www-form-urlencoded"})  # fmt: skip
    assert found.status_code in {303, 401, 413, 422}


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"item":"q-satu01","event":"7b0f5b7e-1111-4222-8333-444455556666","base":0,"answer":'
        + "[" * 50_000
        + "]" * 50_000
        + "}",
        "1" * 100_000,
        '{"teks":"x","nomor":' + "9" * 5000 + "}",
        '{"teks":"\\ud800","nomor":0}',
        '{"teks":"\\u0000","nomor":0}',
        '{"teks":"x","nomor":1e400}',
        '{"teks":"x","nomor":NaN}',
        '{"teks":"x","nomor":-99999999999}',
        '{"teks":"x","nomor":99999999999999999999}',
        '"\xff"',
        "",
        "null",
    ],
    ids=lambda text: text[:30],
)
def test_data_that_is_absurd_is_refused_with_a_sentence(
    site: Site, body: str, snapshot: Callable[[], dict[str, str]]
) -> None:
    before = snapshot()
    for who, method, path in (
        ("learner", "PUT", f"/percobaan/{site.world.open_attempt}/jawaban"),
        ("trainer", "POST", f"/pelatih/kursus/{SLUG}/file/kursus.md/simpan"),
        ("learner", "POST", f"/kursus/{SLUG}/bacaan/daftar"),
    ):
        client = site.browser(who)
        headers = {"X-CSRFToken": token_of(client), "Content-Type": "application/json"}
        found = client.open(path, method=method, base_url=BASE, data=body.encode("latin-1"), headers=headers)
        assert found.status_code in {200, 400, 409, 413, 415, 422}, (path, found.status_code)
        if path.endswith("daftar"):
            continue
        assert found.status_code != 200, path
        assert found.get_json()["message"], path
    assert snapshot() == before


# --- A9 and A10 -----------------------------------------------------------------------------------------


def test_pictures_of_drafts_are_for_the_trainers_of_the_course(site: Site) -> None:
    path = f"/media/{site.world.draft_media}.svg"
    for who in ("visitor", "learner", "other trainer", "staff", "admin"):
        assert get(site.browser(who), path).status == 404, who
    own = get(site.browser("trainer"), path)
    assert own.status == 200
    assert own.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "key",
    [
        "secret",
        "dev",
        "changeme",
        "x" * 64,
        "abcabcabcabcabcabcabcabcabcabcabcabc",
        "0" * 40,
        "1234567890" * 5,
    ],
)
def test_a_secret_key_that_can_be_guessed_is_refused(key: str) -> None:
    with pytest.raises(SettingsError, match="ELEARN_SECRET_KEY"):
        load_settings({"ELEARN_SECRET_KEY": key})


def test_every_installation_makes_a_key_of_its_own_that_others_cannot_read(tmp_path: Any) -> None:
    keys = set()
    for name in ("a", "b"):
        keys.add(ensure_secret_key(Settings(data_dir=tmp_path / name)))
        assert (tmp_path / name / "secret_key").stat().st_mode & 0o077 == 0
    assert len(keys) == 2


def test_the_application_runs_without_debugger(settings: Settings) -> None:
    app = create_app(settings)

    assert not app.debug
    assert not app.testing
    assert app.static_folder is None
    assert settings.secret_key not in repr(settings)


def test_nobody_writes_a_mark_of_ours_into_a_page(site: Site) -> None:
    for who in ("visitor", "learner"):
        client = site.browser(who)
        plain = get(client, "/?cari=csrf").text
        for text in ("%00csrf%00", "%00nav%00", "%00", "%2500csrf%2500", "x%00said%00y%00"):
            found = client.get(f"/?cari={text}&topik={text}", base_url=BASE)
            assert found.status_code in {200, 404}
            shown = found.get_data(as_text=True)
            assert shown.count("csrf-token") <= plain.count("csrf-token")
            assert shown.count("<nav") == plain.count("<nav")


def test_a_token_in_the_header_is_as_good_as_one_in_the_form(site: Site) -> None:
    client = site.browser("learner")
    # The lesson gives out the token of the session; a second request finds it known.
    for token in (token_of(client), get(client, f"/kursus/{SLUG}/bacaan").token()):
        data = {"nama": "Sari Baru", "kabupaten": "18.71"}
        found = client.post("/akun/data", data=data, base_url=BASE, headers={"X-CSRFToken": token})
        assert found.status_code == 303
