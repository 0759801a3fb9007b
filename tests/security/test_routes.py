"""Route by method by person by id: who may reach what is one table, and nothing else is reached."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from elearn.records.accounts import services as accounts
from elearn.records.accounts.models import Role, User
from elearn.records.audit.models import Way
from tests.conftest import NOW
from tests.pages.conftest import get
from tests.security.conftest import Site
from tests.security.world import OTHER, SLUG, World

BASE = "https://kelas.example"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SIGNED_IN = ("learner", "other learner", "graduate", "trainer", "other trainer", "staff", "admin")
EVERYBODY = ("visitor", "off", *SIGNED_IN)
LEARNERS = ("learner", "other learner", "graduate")
#: Whose browser is right for a view that asks for a role.
HOLDERS = {Role.TRAINER: ("trainer", "other trainer"), Role.STAFF: ("staff",), Role.ADMIN: ("admin",)}
ABSURD = (
    "tidak-ada",
    "0",
    "-1",
    "99999999999999999999",
    "x" * 3000,
    "%00",
    "%ff%fe",
    "..%2f..%2fkunci",
    "%2e%2e",
    "%E2%80%AEterbalik",
    "%F0%9F%8D%9C",
    "a%0d%0aSet-Cookie:x=1",
    "{{7*7}}",
    "';--",
)


@dataclass
class Place:
    """Addresses of one endpoint with an object, and those for whom that object exists."""

    values: dict[str, Any]
    #: None: whoever may open the view at all.
    theirs: tuple[str, ...] | None = None
    #: Answers besides 200, 303 and 422 that are right for whoever may.
    more: set[int] = field(default_factory=set)


def places(world: World) -> dict[str, list[Place]]:  # noqa: C901 - it is a table
    """Return, for every endpoint with something in its address, the objects it is tried with."""
    nobody: tuple[str, ...] = ()
    found: dict[str, list[Place]] = {}
    for name in (
        "show_attempt",
        "show_result",
        "result_as_data",
        "attempt_data",
        "save_answer",
        "post_answer",
    ):
        found[f"learning.{name}"] = [
            Place({"uuid": world.open_attempt}, ("learner",), {409}),
            Place({"uuid": world.closed_attempt}, ("learner",), {409}),
            Place({"uuid": world.foreign_attempt}, ("other learner",), {409}),
            Place({"uuid": uuid4()}, nobody),
        ]
    found["learning.hand_in"] = found["learning.show_attempt"]
    for name in ("show_quiz", "start_quiz"):
        found[f"learning.{name}"] = [
            Place({"kursus": SLUG, "modul": "ujian"}),
            Place({"kursus": OTHER, "modul": "ujian"}),
            Place({"kursus": SLUG, "modul": "bacaan"}, nobody),
            Place({"kursus": SLUG, "modul": "konsep"}, nobody),
        ]
    for name in ("show_lesson", "mark_read", "set_ticks"):
        found[f"catalogue.{name}"] = [
            Place({"kursus": SLUG, "modul": "bacaan"}),
            Place({"kursus": SLUG, "modul": "konsep"}, nobody),
        ]
    for name in ("show_course", "enrol"):
        found[f"catalogue.{name}"] = [Place({"kursus": SLUG})]
    found["following.note_opened"] = [
        Place({"kursus": SLUG, "modul": "bacaan"}, None, {204}),
        Place({"kursus": SLUG, "modul": "konsep"}, nobody),
    ]
    for name in ("put_aside", "take_up"):
        found[f"following.{name}"] = [
            Place({"kursus": SLUG}, LEARNERS),
            Place({"kursus": OTHER}, ("other learner",)),
        ]
    # An address with an earlier name leads to the picture of today.
    found["pictures.show_home"] = [Place({"digest": "lama"})]
    found["pictures.show_course"] = [Place({"digest": "lama", "kursus": SLUG})]
    found["pictures.show_lesson"] = [
        Place({"digest": "lama", "kursus": SLUG, "modul": "bacaan"}),
        Place({"digest": "lama", "kursus": SLUG, "modul": "konsep"}, nobody),
    ]
    found["catalogue.medium"] = [
        Place({"digest": world.live_media, "extension": "svg"}),
        Place({"digest": world.live_media, "extension": "png"}, nobody),
        Place({"digest": world.draft_media, "extension": "svg"}, ("trainer",)),
    ]
    for name in ("show_confirmation", "confirm"):
        found[f"certificates.{name}"] = [
            Place({"kursus": SLUG}, LEARNERS),
            Place({"kursus": OTHER}, ("other learner",)),
        ]
    found["certificates.verify"] = [Place({"serial": world.serial})]
    found["certificates.download"] = [Place({"serial": world.serial}, ("graduate", "staff"))]
    found["account.activate"] = [Place({"token": "TIDAKADA"})]
    found["account.use_link"] = [Place({"token": "TIDAKADA"})]
    found["account.end_one"] = [Place({"session_id": 999_999}, nobody)]
    found["web.static_file"] = [
        Place({"tag": "x", "name": "style.css"}),
        Place({"tag": "x", "name": "app.py"}, nobody),
    ]
    own = [Place({"slug": SLUG}, ("trainer",)), Place({"slug": OTHER}, ("other trainer",))]
    for name in (
        "course", "new_module", "make_module", "course_learners", "media", "add_picture", "history",
        "publish_page", "publish",
    ):  # fmt: skip
        found[f"authoring.{name}"] = own
    for name in ("editor", "save_draft", "autosave", "discard_draft", "as_learner"):
        found[f"authoring.{name}"] = [
            Place({"slug": SLUG, "file_name": "kursus.md"}, ("trainer",), {400, 409}),
            Place({"slug": OTHER, "file_name": "kursus.md"}, ("other trainer",), {400, 409}),
            Place(
                {"slug": OTHER, "file_name": world.draft_file},
                nobody if name != "discard_draft" else ("other trainer",),
                {400, 404},
            ),
        ]
    for name in ("learner", "give_code", "grant_attempt"):
        found[f"authoring.{name}"] = [
            Place({"slug": SLUG, "enrolment_id": world.enrolment}, ("trainer",)),
            Place({"slug": SLUG, "enrolment_id": world.foreign_enrolment}, nobody),
            Place({"slug": OTHER, "enrolment_id": world.foreign_enrolment}, ("other trainer",)),
        ]
    found["authoring.make_live_again"] = [
        Place({"slug": SLUG, "number": 1}, ("trainer",)),
        Place({"slug": OTHER, "number": 1}, ("other trainer",)),
    ]
    for name in ("essay", "mark_essay"):
        found[f"authoring.{name}"] = [
            Place({"uuid": world.closed_attempt, "item_id": "q-uraian1"}, ("trainer",)),
            Place({"uuid": uuid4(), "item_id": "q-uraian1"}, nobody),
        ]
    asked = {"inquiry_id": world.inquiry}
    for name in ("thread", "write_on", "mark_seen"):
        found[f"inquiries.{name}"] = [Place(asked, ("learner",)), Place({"inquiry_id": 999_999}, nobody)]
    for name in ("inquiry", "answer_inquiry", "close_inquiry"):
        found[f"authoring.{name}"] = [Place(asked, ("trainer",))]
        found[f"reporting.{name}"] = [Place(asked), Place({"inquiry_id": 999_999}, nobody)]
    for name in ("share_answer", "unshare_answer"):
        found[f"authoring.{name}"] = [Place({**asked, "reply_id": world.reply}, ("trainer",))]
    for name in ("share_answer", "unshare_answer", "hide_answer"):
        found[f"reporting.{name}"] = [
            Place({**asked, "reply_id": world.reply}),
            Place({**asked, "reply_id": 999_999}, nobody),
        ]
    person = [Place({"user_id": world.people["learner"]}), Place({"user_id": 999_999}, nobody)]
    for name in (
        "person",
        "show_number",
        "correct",
        "save_correction",
        "release_number",
        "give_code",
        "grant_attempt",
    ):
        found[f"reporting.{name}"] = person
    found["reporting.revoke_certificate"] = [
        Place({"user_id": world.people["graduate"], "serial": world.serial}),
        Place({"user_id": world.people["learner"], "serial": world.serial}, nobody),
    ]
    for name in ("cohort", "find_members", "add_member", "new_person", "make_person"):
        found[f"reporting.{name}"] = [
            Place({"cohort_id": world.cohort}),
            Place({"cohort_id": 999_999}, nobody),
        ]
    found["reporting.end_membership"] = [
        Place({"cohort_id": world.cohort, "membership_id": world.membership}),
        Place({"cohort_id": world.cohort + 1, "membership_id": world.membership}, nobody),
    ]
    for name in ("person", "change_roles", "switch_account", "give_code"):
        found[f"administration.{name}"] = person
    found["erasures.carry_out"] = [
        Place({"request_id": world.erasure}),
        Place({"request_id": 999_999}, nobody),
    ]
    for name in ("course", "add_trainer", "remove_trainer"):
        found[f"administration.{name}"] = [
            Place({"slug": SLUG}, None, {404} if name == "remove_trainer" else set())
        ]
    return found


def views(app: Flask) -> list[tuple[str, str, frozenset[Role]]]:
    """Return endpoint, method and roles of everything that can be asked for."""
    found = {
        (rule.endpoint, method, app.view_functions[rule.endpoint].roles)  # type: ignore[attr-defined]
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    return sorted(found, key=lambda one: one[:2])


def address(app: Flask, endpoint: str, values: dict[str, Any]) -> str:
    return str(app.url_map.bind("kelas.example").build(endpoint, values))


def may_open(roles: frozenset[Role], who: str) -> bool:
    if not roles:
        return True
    if who in {"visitor", "off"}:
        return False
    return Role.LEARNER in roles or any(who in HOLDERS[role] for role in roles)


def token_of(client: FlaskClient) -> str:
    page = get(client, "/akun")
    return (page if page.status == 200 else get(client, "/masuk")).token()


def ask(client: FlaskClient, method: str, path: str, **more: Any) -> Any:
    return client.open(path, method=method, base_url=BASE, **more)


@pytest.fixture
def browsers(site: Site) -> dict[str, FlaskClient]:
    return {who: site.browser(who) for who in EVERYBODY}


def test_every_address_with_an_id_is_in_the_table(app: Flask, world: World) -> None:
    wanted = {rule.endpoint for rule in app.url_map.iter_rules() if rule.arguments}

    assert wanted == set(places(world))
    for endpoint, tried in places(world).items():
        rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
        for place in tried:
            assert set(place.values) == rule.arguments, endpoint


def test_every_page_opens_for_those_it_is_for_and_for_nobody_else(
    site: Site, browsers: dict[str, FlaskClient], snapshot: Callable[[], dict[str, str]]
) -> None:
    before = snapshot()
    table = places(site.world)
    wrong = []
    for endpoint, method, roles in views(site.app):
        if method != "GET":
            continue
        for place in table.get(endpoint, [Place({})]):
            path = address(site.app, endpoint, place.values)
            for who, client in browsers.items():
                found = ask(client, "GET", path)
                theirs = place.theirs is None or who in place.theirs
                if not may_open(roles, who) and who in {"visitor", "off"}:
                    right = found.status_code == (401 if path.endswith(".json") else 303)
                    right = right and (found.status_code == 401 or found.location.startswith("/masuk?next="))
                elif not may_open(roles, who) or not theirs:
                    right = found.status_code == 404
                else:
                    right = found.status_code in {200, 303} | place.more
                if not right:
                    wrong.append((who, path, found.status_code))
    assert not wrong
    # A look changes no record, whoever looks.
    assert snapshot() == before


def test_a_change_by_those_it_is_not_for_changes_nothing(
    site: Site, browsers: dict[str, FlaskClient], snapshot: Callable[[], dict[str, str]]
) -> None:
    table = places(site.world)
    tokens = {who: token_of(client) for who, client in browsers.items()}
    before = snapshot()
    wrong = []
    for endpoint, method, roles in views(site.app):
        if method == "GET" or not roles:
            continue
        for place in table.get(endpoint, [Place({})]):
            path = address(site.app, endpoint, place.values)
            for who, client in browsers.items():
                if may_open(roles, who) and (place.theirs is None or who in place.theirs):
                    continue
                if may_open(roles, who) and place.more & {404}:
                    continue
                found = sent(client, endpoint, method, path, tokens[who])
                if found.status_code != (401 if who in {"visitor", "off"} else 404):
                    wrong.append((who, method, path, found.status_code))
    assert not wrong
    assert snapshot() == before


def sent(client: FlaskClient, endpoint: str, method: str, path: str, token: str) -> Any:
    """Send what the view takes, as far as it has to be right for the object to be looked for."""
    if method == "PUT":
        body = {"item": "q-satu01", "event": str(uuid4()), "base": 0, "answer": []}
        return ask(client, method, path, json=body, headers={"X-CSRFToken": token})
    if endpoint == "authoring.autosave":
        body = {"teks": "x", "nomor": 0}
        return ask(client, method, path, json=body, headers={"X-CSRFToken": token})
    event = str(uuid4())
    data = {"csrf_token": token, "event": event, "item": "q-satu01", "alasan": "x", "kuis": "1", "orang": "1",
            "sejak": "2026-11-23", "sampai": "2026-11-24", "nama": "Nama", "jenis": "told", "cari": "Orang"}  # fmt: skip
    return ask(client, method, path, data=data)


def test_those_it_is_for_get_an_answer_with_a_sentence_to_an_empty_form(
    site: Site, browsers: dict[str, FlaskClient]
) -> None:
    table = places(site.world)
    tokens = {who: token_of(client) for who, client in browsers.items()}
    wrong = []
    for endpoint, method, roles in views(site.app):
        # These end sessions, so that others could not go on.
        if method == "GET" or endpoint in {"account.sign_out", "account.end_others", "account.end_all", "reporting.give_code",
                                           "administration.give_code", "authoring.give_code"}:  # fmt: skip
            continue
        for place in table.get(endpoint, [Place({})]):
            path = address(site.app, endpoint, place.values)
            for who, client in browsers.items():
                if not may_open(roles, who) or not (place.theirs is None or who in place.theirs):
                    continue
                found = ask(client, method, path, data={}, headers={"X-CSRFToken": tokens[who]})
                if found.status_code not in {200, 303, 400, 415, 422} | place.more:
                    wrong.append((who, method, path, found.status_code))
    assert not wrong


@pytest.mark.parametrize("token", ["none", "wrong", "of another session"])
def test_without_the_right_token_every_change_is_refused_and_nothing_happens(
    site: Site, snapshot: Callable[[], dict[str, str]], token: str
) -> None:
    table = places(site.world)
    browsers = {who: site.browser(who) for who in ("learner", "trainer", "staff", "admin")}
    headers = {}
    if token != "none":
        foreign = token_of(site.browser("other learner")) if token != "wrong" else "a.b.c"
        headers = {"X-CSRFToken": foreign}
    before = snapshot()
    sessions = before_sessions(site)
    for endpoint, method, roles in views(site.app):
        if method == "GET":
            continue
        for place in table.get(endpoint, [Place({})]):
            path = address(site.app, endpoint, place.values)
            who = next(
                (
                    who
                    for who in browsers
                    if may_open(roles, who) and (not place.theirs or who in place.theirs)
                ),
                "learner",
            )
            form = ask(browsers[who], method, path, data={"alasan": "x", "nama": "x"}, headers=headers)
            data = ask(browsers[who], method, path, json={"teks": "x", "nomor": 0}, headers=headers)
            text = ask(
                browsers[who], method, path, data=json.dumps({"teks": "x", "nomor": 0}),
                headers={**headers, "Content-Type": "text/plain"},
            )  # fmt: skip
            refused = 403 if may_open(roles, who) else 404
            for found in (form, data, text):
                assert found.status_code == refused, (method, path, found.status_code)
    assert snapshot() == before
    assert before_sessions(site) == sessions


def before_sessions(site: Site) -> list[Any]:
    """Return which sessions have ended: signing out without a token must end none."""
    from sqlalchemy import select

    from elearn.records.accounts.models import UserSession
    from elearn.web.extensions import db

    with site.app.app_context():
        return list(db.session.execute(select(UserSession.id, UserSession.ended_at)).all())


def test_other_methods_are_refused_and_say_which_are_right(site: Site) -> None:
    table = places(site.world)
    client = site.browser("admin")
    adapter = site.app.url_map.bind("kelas.example")
    for endpoint, _method, _roles in views(site.app):
        path = address(site.app, endpoint, table.get(endpoint, [Place({})])[0].values)
        allowed = set(adapter.allowed_methods(path))
        for method in {*METHODS, "TRACE", "PROPFIND", "ANEH"} - allowed:
            found = ask(client, method, path)
            assert found.status_code == 405, (method, path)
            assert set(found.headers["Allow"].split(", ")) == allowed, path


def test_an_absurd_id_is_not_found_and_never_an_error(site: Site) -> None:
    wrong = []
    browsers = {who: site.browser(who) for who in ("learner", "trainer", "staff", "admin")}
    tokens = {who: token_of(client) for who, client in browsers.items()}
    table = places(site.world)
    for rule in site.app.url_map.iter_rules():
        roles = site.app.view_functions[rule.endpoint].roles  # type: ignore[attr-defined]
        who = next(who for who in browsers if may_open(roles, who))
        for name in rule.arguments:
            for text in ABSURD:
                path = spelled(rule, table[rule.endpoint][0].values, name, text)
                method = (
                    "GET" if "GET" in (rule.methods or set()) else min((rule.methods or set()) - {"OPTIONS"})
                )
                headers = {"X-CSRFToken": tokens[who]} if method != "GET" else {}
                found = ask(browsers[who], method, path, headers=headers).status_code
                if found not in {404, 405, 303, 422, 400, 415} and rule.endpoint not in PUBLIC_ANSWERS | {
                    "authoring.learner"
                }:
                    wrong.append((method, path[:90], found))
                assert found < 500, (method, path[:90])
    assert not wrong


#: Pages that answer whatever stands there: a code that is not known, a file by any tag.
PUBLIC_ANSWERS = {"account.activate", "web.static_file"}


def spelled(rule: Rule, values: dict[str, Any], name: str, text: str) -> str:
    """Return the address of *rule* with *text* as it is in place of *name*."""
    path = rule.rule
    for argument in rule.arguments:
        value = text if argument == name else quote(str(values[argument]))
        path = re.sub(rf"<(?:[^<>]*:)?{argument}>", lambda _found, value=value: value, path)  # type: ignore[misc]
    return path


@pytest.mark.parametrize("who", ["learner", "trainer", "staff", "admin"])
def test_an_account_that_is_switched_off_is_out_at_once(site: Site, records: Any, who: str) -> None:
    client = site.browser(who)
    assert get(client, "/akun").status == 200
    with records() as session:
        user = session.get(User, site.world.people[who])
        boss = session.get(User, site.world.people["admin" if who != "admin" else "staff"])
        if who == "admin":
            accounts.grant_role(session, boss, Role.ADMIN, actor=None, way=Way.COMMAND, now=NOW)
        accounts.disable(session, user, reason="uji", actor=boss, way=Way.PAGE, now=NOW)

    for endpoint, method, roles in views(site.app):
        if method == "GET" and roles:
            path = address(site.app, endpoint, places(site.world).get(endpoint, [Place({})])[0].values)
            assert ask(client, "GET", path).status_code in {303, 401}, path
    again = ask(client, "POST", "/masuk", data={"csrf_token": get(client, "/masuk").token(),
                                                "kunci": "0", "sandi": "x"})  # fmt: skip
    assert again.status_code == 422


@pytest.mark.parametrize(
    ("who", "role", "room"),
    [("trainer", Role.TRAINER, "/pelatih/"), ("staff", Role.STAFF, "/staf/kelulusan")],
)
def test_a_role_that_is_taken_away_opens_nothing_any_more(
    site: Site, records: Any, who: str, role: Role, room: str
) -> None:
    client = site.browser(who)
    assert get(client, room).status == 200
    with records() as session:
        user = session.get(User, site.world.people[who])
        accounts.revoke_role(session, user, role, actor=None, way=Way.COMMAND, now=NOW)

    assert get(client, room).status == 404
    if who == "trainer":
        assert get(client, f"/pelatih/kursus/{SLUG}").status == 404
        assert get(client, f"/media/{site.world.draft_media}.svg").status == 404


def test_what_was_posted_signed_out_is_kept_without_secrets_and_files(site: Site) -> None:
    client = site.browser("visitor")
    found = client.post(
        f"/kursus/{SLUG}/bacaan/dibaca",
        base_url=BASE,
        data={
            "pesan": "tulisan saya",
            "sandi": "sangat-rahasia-1",
            "sandi_lama": "sangat-rahasia-2",
            "kode": "sangat-rahasia-3",
            "csrf_token": "sangat-rahasia-4",
            "gambar": (io.BytesIO(b"isi berkas sangat-rahasia-5"), "foto-sangat-rahasia-6.png"),
        },
        content_type="multipart/form-data",
    )

    assert found.status_code == 401
    text = found.get_data(as_text=True)
    assert "tulisan saya" in text
    assert "sangat-rahasia" not in text
