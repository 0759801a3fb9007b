"""Every view says who may open it; who may not is told nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from elearn.records.accounts.models import Role
from tests.pages.conftest import get, post

TEMPLATES = sorted(Path("elearn").rglob("*.html"))
EXAMPLES = {
    "uuid": "7b0f5b7e-1111-4222-8333-444455556666",
    "int": "999999",
    "default": "tidak-ada",
    "path": "x",
}


def example(rule) -> str:
    """Return an address of *rule* with ids that belong to nobody."""
    return re.sub(
        r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>", lambda found: EXAMPLES.get(found[1] or "default", "x"), rule.rule
    )


def rules(app, method):
    return [rule for rule in app.url_map.iter_rules() if method in rule.methods]


def test_every_view_names_who_may_open_it(app):
    for rule in app.url_map.iter_rules():
        assert hasattr(app.view_functions[rule.endpoint], "roles"), rule


def test_somebody_signed_out_is_sent_to_sign_in_whatever_they_ask_for(app, visitor):
    for rule in rules(app, "GET"):
        if app.view_functions[rule.endpoint].roles:
            page = get(visitor, example(rule))
            if rule.rule.endswith(".json"):
                assert page.status == 401, rule
                continue
            assert page.status == 303, rule
            assert page.location.startswith("/masuk?next="), rule


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_change_by_somebody_signed_out_is_401_before_anything_is_looked_at(app, visitor, method):
    for rule in rules(app, method):
        if app.view_functions[rule.endpoint].roles:
            answer = visitor.open(example(rule), method=method, base_url="https://kelas.example")
            assert answer.status_code == 401, rule


def test_a_change_without_the_token_is_refused_everywhere(app, make_person):
    person = make_person(Role.TRAINER, Role.STAFF, Role.ADMIN)
    for method in ("POST", "PUT", "DELETE"):
        for rule in rules(app, method):
            answer = person.client.open(example(rule), method=method, base_url="https://kelas.example")
            assert answer.status_code == 403, rule


def test_a_learner_finds_nothing_where_a_role_is_needed(app, learner):
    for rule in rules(app, "GET"):
        roles = app.view_functions[rule.endpoint].roles
        if roles and Role.LEARNER not in roles:
            assert get(learner.client, example(rule)).status == 404, rule


def test_what_is_nobodys_is_not_found_and_never_an_error(app, make_person, course):
    person = make_person(Role.TRAINER, Role.STAFF, Role.ADMIN)
    for rule in rules(app, "GET"):
        # Pictures are no text.
        status = person.client.get(example(rule), base_url="https://kelas.example").status_code
        assert status < 500, rule
        if rule.arguments and rule.endpoint != "account.activate":
            assert status in {404, 303}, rule


@pytest.mark.parametrize(
    "address", ["/?cari=%00", "/?cari=a%00nav%00b", "/?%00=a", "/masuk?next=%00", "/kursus/a%00"]
)
def test_an_address_with_nul_is_no_page(visitor, course, address):
    page = get(visitor, address)

    assert page.status == 404
    assert "\x00" not in page.text


def test_json_gets_json(visitor):
    address = "/percobaan/7b0f5b7e-1111-4222-8333-444455556666/soal.json"
    answer = get(visitor, address)

    assert answer.status == 401
    assert answer.headers["Content-Type"] == "application/json"
    assert "Anda belum masuk" in answer.text


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
def test_every_posted_form_carries_the_token_and_no_template_has_inline_script_or_style(template):
    text = template.read_text("utf-8")

    assert not re.search(r"<script(?![^>]*src=)", text)
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    for form in re.findall(r'<form[^>]*method="post".*?</form>', text, re.DOTALL | re.IGNORECASE):
        assert "token()" in form or "csrf_token" in form, form[:200]


def test_a_view_that_is_public_still_asks_for_the_token(visitor):
    assert post(visitor, "/masuk", {"kunci": "x", "sandi": "y"}).status == 403
    assert post(visitor, "/keluar").status == 403
