"""A trainer marks what only a person can mark."""

from __future__ import annotations

import pytest

from elearn.records import study
from elearn.records.accounts.models import Role
from elearn.records.attempts.models import EssayMark, GradeItem
from tests.pages.conftest import NOW, get, send, user_of
from tests.pages.desk_fixtures import take_quiz
from tests.pages.test_authoring import own, save, text_of, trainer

__all__ = ["own", "trainer"]


@pytest.fixture
def essay(trainer, own, learner, records, course):
    """The address of an essay that waits: its question gives two points."""
    file = f"{own}/file/02-kuis.md"
    save(trainer, file, text_of(get(trainer.client, file)).replace("- Nilai: 0", "- Nilai: 2"))
    published = send(
        trainer.client, get(trainer.client, f"{own}/terbitkan"), f"{own}/terbitkan", catatan="Uji"
    )
    assert published.status == 303
    with records() as session:
        person = user_of(session, learner)
        study.enrol(session, person, course, NOW)
        study.mark_read(session, person, course, "bahan", NOW)
        attempt = take_quiz(session, person, course, "kuis", now=NOW, essay="Minyak <goreng>\ntanpa label")
        uuid = attempt.uuid
    return f"/pelatih/esai/{uuid}/q-uraian1"


def test_an_essay_that_waits_is_listed_and_shown_as_it_was_typed(trainer, essay):
    listed = get(trainer.client, "/pelatih/esai")
    page = get(trainer.client, essay)

    assert essay in listed.text
    assert "Sari Wulandari" in listed.text
    assert "Ceritakan satu bahan yang berisiko." in page.text
    assert "Minyak &lt;goreng&gt;\ntanpa label" in page.text


def test_points_and_a_word_are_given_once(trainer, essay, records):
    page = get(trainer.client, essay)

    answers = [
        send(trainer.client, page, essay, nilai="1,5", pesan="Bagus, simpan labelnya.") for _press in range(2)
    ]

    assert [answer.status for answer in answers] == [303, 303]
    with records() as session:
        marks = session.query(EssayMark).all()
        assert [(mark.points, mark.word) for mark in marks] == [(15_000, "Bagus, simpan labelnya.")]
        earned = session.query(GradeItem).where(GradeItem.item_id == "q-uraian1").order_by(GradeItem.grade_id)
        assert [item.points for item in earned] == [None, 15_000]
    assert get(trainer.client, essay).status == 404
    assert "Tidak ada yang menunggu" in get(trainer.client, "/pelatih/esai").text


@pytest.mark.parametrize("points", ["", "tiga", "-1", "2,1", "1.5", "9" * 30])
def test_points_that_cannot_be_are_refused_and_the_word_is_kept(trainer, essay, points):
    answer = send(trainer.client, get(trainer.client, essay), essay, nilai=points, pesan="Kata untuk Ibu")

    assert answer.status == 422
    assert "Kata untuk Ibu" in answer.text
    assert 'id="nilai-salah"' in answer.text


def test_an_essay_of_another_trainers_course_does_not_exist(make_person, essay):
    other = make_person(Role.TRAINER, name="Agus Salim")
    form = get(other.client, "/pelatih/kursus-baru")

    assert get(other.client, essay).status == 404
    assert send(other.client, form, essay, nilai="1", pesan="").status == 404
    assert essay not in get(other.client, "/pelatih/esai").text
