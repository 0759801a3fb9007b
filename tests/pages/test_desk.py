"""The audit trail in words: every act has its name, numbers stay masked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import elearn
from elearn.records.desk import TrailLine
from elearn.web.desk import DEEDS, given, tell
from tests.pages.conftest import NOW

CODE = Path(elearn.__file__).parent


def line(**values):
    return TrailLine(
        **{
            "event_id": 1, "at": NOW, "actor_id": None, "actor_name": "", "way": "page", "action": "account.correct",
            "subject_type": "user", "subject_id": "1", "subject_user_id": 1, "subject_name": "Sari", "reason": "",
            **values,
        }
    )  # fmt: skip


def recorded_actions():
    found = set()
    for path in [*CODE.glob("records/**/*.py"), *CODE.glob("pages/**/*.py")]:
        text = path.read_text("utf-8")
        if "record(" in text:
            nouns = r"account|role|certificate|cohort|course|attempt|essay|report"
            found |= set(re.findall(rf'"((?:{nouns})\.[a-z_]+)"', text))
    return found


def test_every_act_that_is_recorded_has_a_name_in_the_trail():
    assert recorded_actions() - set(DEEDS) == set()
    assert len(recorded_actions()) > 15


@pytest.mark.parametrize(
    ("before", "after", "details"),
    [
        ({"name": "Sari W."}, {"name": "Sari Wulandari"}, ["Nama: “Sari W.” menjadi “Sari Wulandari”"]),
        ({"name": "Sari"}, {"name": "Sari"}, []),
        ({"phone": "+6281234567890"}, {}, ["Nomor HP: 0812 •••• 7890"]),
        ({"phone": None}, {"phone": "+6281234567890"}, ["Nomor HP: “kosong” menjadi “0812 •••• 7890”"]),
        ({}, {"regency": "18.72"}, ["Kabupaten/kota: Metro"]),
        ({}, {"role": "trainer"}, ["Peran: pelatih"]),
        ({}, {"roles": [], "email": None}, []),
        ({}, {"joined_on": "2026-11-10"}, ["Sejak: 10 November 2026"]),
        ({}, {"points": 15000}, ["Nilai: 1,5"]),
        ({}, {"passed": True}, ["Lulus: ya"]),
        ({}, {"kind": "slip"}, ["Jenis: slip cetak"]),
        ({"release_id": 1}, {"release_id": 2, "number": 2}, ["Nomor: 2"]),
    ],
)
def test_an_event_is_told_in_words(app, before, after, details):
    with app.test_request_context():
        told = tell([line(before=before, after=after)])[0]

    assert list(told.details) == details


@pytest.mark.parametrize(("way", "who"), [("command", "Perintah"), ("job", "Sistem"), ("page", "Sistem")])
def test_what_nobody_did_is_told_by_its_way(app, way, who):
    with app.test_request_context():
        assert tell([line(way=way)])[0].who == who
        assert tell([line(way=way, actor_name="M. Rizal")])[0].who == "M. Rizal"


def test_a_required_field_is_never_empty_after_validation():
    assert given("x") == "x"
    with pytest.raises(ValueError, match="required"):
        given(None)
