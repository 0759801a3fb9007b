"""A quiz from start to result, with every kind of question, as forms and as data."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from elearn.records.attempts.models import Attempt
from elearn.records.audit.models import Way
from elearn.records.authoring import publish
from elearn.records.catalogue.models import Origin
from tests.pages.conftest import NOW, Page, Person, get, post, send

COURSE = "/kursus/dapur-halal"
QUIZ = f"{COURSE}/kuis/kuis"

#: What must not be seen before the result: words of feedback and explanation, and how the source marks it.
SECRETS = ["Umpan tepat rahasia", "Umpan belum tepat rahasia", "Pembahasan rahasia", "[x]"]


@pytest.fixture
def attempt(learner: Person, course: str) -> str:
    """The address of an open attempt at the quiz with all eight kinds."""
    send(learner.client, get(learner.client, f"{COURSE}/bahan"), f"{COURSE}/bahan/dibaca")
    page = get(learner.client, QUIZ)
    answer = send(learner.client, page, QUIZ)
    assert answer.status == 303, answer.text
    return answer.location


def questions(person: Person, attempt: str) -> dict[str, dict[str, Any]]:
    data = json.loads(get(person.client, f"{attempt}/soal.json").text)
    return {item["id"]: item for item in data["items"]}


def choice(item: dict[str, Any], words: str, *, among: str = "choices") -> str:
    return next(one["id"] for one in item[among] if words in one["html"])


def right_answers(items: dict[str, dict[str, Any]]) -> dict[str, Any]:
    order, match = items["q-urutan1"], items["q-pasang1"]
    pairs = {"NIB": "OSS", "Izin edar MD": "BPOM", "Sertifikat halal": "BPJPH"}
    return {
        "q-satu01": [choice(items["q-satu01"], "BPJPH")],
        "q-banyak1": [choice(items["q-banyak1"], "NIB"), choice(items["q-banyak1"], "Daftar")],
        "q-benar01": [choice(items["q-benar01"], "Salah")],
        "q-isian01": "bpjph",
        "q-angka01": "Rp 5.000,00",
        "q-urutan1": [choice(order, words) for words in ("Membuat", "Menyusun", "Mengisi")],
        "q-pasang1": {
            choice(match, left, among="left"): choice(match, right, among="right")
            for left, right in pairs.items()
        },
        "q-uraian1": "Minyak curah.",
    }


def as_form(answer: Any) -> dict[str, Any]:
    if isinstance(answer, dict):
        return {f"answer.{left}": right for left, right in answer.items()}
    return {"answer": answer}


def question_page(person: Person, attempt: str, number: int) -> Page:
    return get(person.client, f"{attempt}?soal={number}")


def answer_by_form(person: Person, attempt: str, number: int, answer: Any) -> Page:
    page = question_page(person, attempt, number)
    hidden = {name: values[-1] for name, values in page.fields().items()}
    return post(person.client, f"{attempt}/jawaban", {**hidden, **as_form(answer)})


def put(person: Person, attempt: str, token: str, body: Any) -> Any:
    return person.client.put(
        f"{attempt}/jawaban", json=body, headers={"X-CSRFToken": token}, base_url="https://kelas.example"
    )


def answer_all(person: Person, attempt: str, answers: dict[str, Any]) -> None:
    for number, item_id in enumerate(questions(person, attempt), start=1):
        assert answer_by_form(person, attempt, number, answers[item_id]).status == 303


def test_every_kind_of_question_is_answered_by_an_ordinary_form(learner, attempt):
    items = questions(learner, attempt)
    answers = right_answers(items)
    assert {item["type"] for item in items.values()} == {
        "single", "multiple", "true_false", "text", "number", "order", "match", "essay",
    }  # fmt: skip

    for number, item_id in enumerate(items, start=1):
        answer = answer_by_form(learner, attempt, number, answers[item_id])
        following = "tinjau=1" if number == len(items) else f"soal={number + 1}"
        assert (answer.status, answer.location) == (303, f"{attempt}?{following}"), item_id

    saved = questions(learner, attempt)
    assert {
        item_id: sorted(item["answer"]) if item["type"] in {"multiple"} else item["answer"]
        for item_id, item in saved.items()
    } == {
        item_id: sorted(answer) if items[item_id]["type"] in {"multiple"} else answer
        for item_id, answer in answers.items()
    }


def test_a_saved_answer_stands_in_the_form_again(learner, attempt):
    items = questions(learner, attempt)
    answers = right_answers(items)
    answer_all(learner, attempt, answers)

    for number, (item_id, item) in enumerate(items.items(), start=1):
        page = question_page(learner, attempt, number).text
        answer = answers[item_id]
        if item["type"] in {"single", "multiple", "true_false"}:
            assert sorted(re.findall(r'value="([0-9a-f]+)" checked', page)) == sorted(answer)
        elif item["type"] == "order":
            assert re.findall(r'<option value="([0-9a-f]+)" selected', page) == answer
        elif item["type"] == "match":
            assert sorted(re.findall(r'<option value="([0-9a-f]+)" selected', page)) == sorted(
                answer.values()
            )
        else:
            assert answer in page


def test_handing_in_shows_the_result_and_completes_the_module(learner, attempt):
    answer_all(learner, attempt, right_answers(questions(learner, attempt)))
    review = get(learner.client, f"{attempt}?tinjau=1")
    assert "Semua soal sudah dijawab" in review.text

    answer = send(learner.client, review, f"{attempt}/kirim")
    result = get(learner.client, answer.location)

    assert (answer.status, answer.location) == (303, f"{attempt}/hasil")
    assert "Bagus, Anda lulus kuis ini" in result.text
    assert "Nilai 100 dari 100" in result.text
    assert "Umpan tepat rahasia" in result.text
    assert "Pembahasan rahasia" in result.text
    assert "Lanjut ke “Kuis akhir”" in result.text
    assert "2 dari 2 modul selesai" in get(learner.client, COURSE).text


def test_handing_in_again_and_again_shows_the_same(learner, attempt):
    review = get(learner.client, f"{attempt}?tinjau=1")
    first = send(learner.client, review, f"{attempt}/kirim")
    second = send(learner.client, review, f"{attempt}/kirim")

    assert first.location == second.location
    assert "Kuis ini tidak dikerjakan" in get(learner.client, first.location).text
    assert get(learner.client, attempt).location == f"{attempt}/hasil"


def test_a_failed_quiz_names_what_to_read_again_and_keeps_the_key_to_itself(learner, attempt):
    items = questions(learner, attempt)
    wrong = choice(items["q-satu01"], "LPPOM")
    answer_by_form(learner, attempt, 1, [wrong])
    send(learner.client, get(learner.client, f"{attempt}?tinjau=1"), f"{attempt}/kirim")

    page = get(learner.client, f"{attempt}/hasil").text
    data = get(learner.client, f"{attempt}/hasil.json").text

    assert "Belum lulus" in page
    assert "Umpan belum tepat rahasia" in page
    assert f"{COURSE}/kuis#isi-bagian-ulang" in page
    for text in (page, data):
        assert "Pembahasan rahasia" not in text
        assert "Umpan tepat rahasia" not in text
    assert "explanation_html" not in data


def test_the_result_as_data_has_decimal_strings(learner, attempt):
    answer_all(learner, attempt, right_answers(questions(learner, attempt)))
    send(learner.client, get(learner.client, f"{attempt}?tinjau=1"), f"{attempt}/kirim")

    data = json.loads(get(learner.client, f"{attempt}/hasil.json").text)

    assert (data["state"], data["score"], data["passed"]) == ("graded", "1", True)
    assert data["items"][0]["points"] == "1"
    assert data["items"][0]["right"] is True


def test_no_key_is_in_anything_a_learner_gets_before_the_result(learner, attempt, course):
    pages = [f"{attempt}?soal={number}" for number in range(1, 9)]
    pages += [f"{attempt}?tinjau=1", f"{attempt}/soal.json", QUIZ, COURSE, f"{COURSE}/kuis", "/belajar"]

    for address in pages:
        text = get(learner.client, address).text
        for secret in SECRETS:
            assert secret not in text, address
        assert '"right": true' not in text


def test_the_numbers_say_what_is_missing_and_the_review_names_what_is_unclear(learner, attempt):
    number = list(questions(learner, attempt)).index("q-angka01") + 1
    answer_by_form(learner, attempt, number, "5,000")

    page = question_page(learner, attempt, number).text
    review = get(learner.client, f"{attempt}?tinjau=1").text

    assert 'aria-invalid="true"' in page
    assert "Belum jelas" in review
    assert "8 soal belum lengkap" in review


def test_an_answer_is_cleared_by_its_button(learner, attempt):
    items = questions(learner, attempt)
    answer_by_form(learner, attempt, 1, [items["q-satu01"]["choices"][0]["id"]])
    page = question_page(learner, attempt, 1)
    hidden = {name: values[-1] for name, values in page.fields().items()}

    answer = post(learner.client, f"{attempt}/jawaban", {**hidden, "kosongkan": "1"})

    assert answer.location == f"{attempt}?soal=1"
    assert questions(learner, attempt)["q-satu01"]["answer"] == []


def test_an_answer_sent_as_data_gets_number_and_stale(learner, attempt, statements):
    token = question_page(learner, attempt, 1).token()
    item = questions(learner, attempt)["q-satu01"]
    body = {"event": str(uuid4()), "item": "q-satu01", "base": 0, "answer": [item["choices"][0]["id"]]}

    first = put(learner, attempt, token, body)
    with statements() as seen:
        again = put(learner, attempt, token, body)
        put(learner, attempt, token, {**body, "event": str(uuid4()), "base": 1})

    assert first.get_json() == again.get_json() == {"number": 1, "stale": False}
    assert len(seen) <= 10, seen


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"answer": ["deadbeef"]}, 422),
        ({"answer": "teks"}, 422),
        ({"item": "q-asing1"}, 422),
        ({"event": "bukan uuid"}, 422),
        ({"event": None}, 422),
        ({"base": "0"}, 422),
        ({"base": -1}, 422),
        ({"base": 10**30}, 422),
        ({"item": "q-uraian1", "answer": "x" * 10_001}, 413),
        ({"item": "q-isian01", "answer": "a\0b"}, 422),
    ],
)
def test_what_is_no_answer_is_refused_and_nothing_is_saved(learner, attempt, change, status):
    token = question_page(learner, attempt, 1).token()
    items = questions(learner, attempt)
    body = {
        "event": str(uuid4()),
        "item": "q-satu01",
        "base": 0,
        "answer": [items["q-satu01"]["choices"][0]["id"]],
    }

    answer = put(learner, attempt, token, {**body, **change})

    assert answer.status_code == status
    assert answer.get_json()["message"]
    assert all(item["number"] == 0 for item in questions(learner, attempt).values())


def test_too_long_a_text_stands_in_the_form_with_the_reason(learner, attempt):
    number = list(questions(learner, attempt)).index("q-isian01") + 1
    answer = answer_by_form(learner, attempt, number, "panjang " * 100)

    assert answer.status == 413
    assert "panjang panjang" in answer.text
    assert "terlalu panjang" in answer.text


def test_a_body_that_is_no_json_is_refused(learner, attempt):
    token = question_page(learner, attempt, 1).token()
    answer = learner.client.put(
        f"{attempt}/jawaban", data="{}", content_type="text/plain", headers={"X-CSRFToken": token},
        base_url="https://kelas.example",
    )  # fmt: skip

    assert answer.status_code == 415


@pytest.mark.parametrize("body", ["[" * 100_000, "{", "[]", "null", '"x"', "{}", '{"event": 1e999}'])
def test_data_of_any_shape_is_refused_with_a_sentence(learner, attempt, body):
    token = question_page(learner, attempt, 1).token()
    answer = learner.client.put(
        f"{attempt}/jawaban", data=body, content_type="application/json", headers={"X-CSRFToken": token},
        base_url="https://kelas.example",
    )  # fmt: skip

    assert answer.status_code in {400, 422}
    assert answer.get_json()["message"]


def test_two_tabs_see_that_the_question_was_answered_elsewhere(learner, attempt):
    items = questions(learner, attempt)
    choices = [one["id"] for one in items["q-satu01"]["choices"]]
    first_tab = question_page(learner, attempt, 1)
    answer_by_form(learner, attempt, 1, [choices[0]])
    hidden = {name: values[-1] for name, values in first_tab.fields().items()}

    answer = post(learner.client, f"{attempt}/jawaban", {**hidden, "answer": choices[1]})
    page = get(learner.client, answer.location)

    assert answer.location == f"{attempt}?soal=1"
    assert "Soal ini dijawab di dua tempat" in page.text
    assert questions(learner, attempt)["q-satu01"]["answer"] == [choices[1]]


def test_the_same_form_sent_twice_is_one_answer(learner, attempt):
    items = questions(learner, attempt)
    page = question_page(learner, attempt, 1)
    hidden = {name: values[-1] for name, values in page.fields().items()}
    form = {**hidden, "answer": items["q-satu01"]["choices"][0]["id"]}

    post(learner.client, f"{attempt}/jawaban", form)
    post(learner.client, f"{attempt}/jawaban", form)

    assert questions(learner, attempt)["q-satu01"]["number"] == 1


def test_an_answer_after_handing_in_is_refused_and_says_so(learner, attempt):
    page = question_page(learner, attempt, 1)
    items = questions(learner, attempt)
    send(learner.client, get(learner.client, f"{attempt}?tinjau=1"), f"{attempt}/kirim")
    hidden = {name: values[-1] for name, values in page.fields().items()}

    answer = post(
        learner.client, f"{attempt}/jawaban", {**hidden, "answer": items["q-satu01"]["choices"][0]["id"]}
    )
    data = put(
        learner, attempt, page.token(),
        {"event": str(uuid4()), "item": "q-satu01", "base": 0, "answer": []},
    )  # fmt: skip

    assert answer.status == 409
    assert "tidak tersimpan" in answer.text
    assert data.status_code == 409


def test_somebody_elses_attempt_does_not_exist(make_person, attempt):
    other = make_person(name="Joko Prasetyo")
    token = get(other.client, "/akun").token()

    for address in (attempt, f"{attempt}/soal.json", f"{attempt}/hasil", f"{attempt}/hasil.json"):
        assert get(other.client, address).status == 404
    for address in (f"{attempt}/jawaban", f"{attempt}/kirim"):
        assert post(other.client, address, {"csrf_token": token, "item": "q-satu01"}).status == 404
    assert (
        put(
            other, attempt, token, {"event": str(uuid4()), "item": "q-satu01", "base": 0, "answer": []}
        ).status_code
        == 404
    )


def test_starting_again_goes_on_with_the_open_attempt(learner, attempt):
    page = get(learner.client, QUIZ)

    assert "Lanjutkan kuis" in page.text
    assert send(learner.client, page, QUIZ).location == attempt


def test_a_quiz_that_comes_too_early_says_what_is_missing(learner, course):
    page = get(learner.client, QUIZ)
    answer = send(learner.client, get(learner.client, "/akun"), QUIZ)

    assert "Selesaikan dulu modul" in page.text
    assert answer.status == 422
    assert "Selesaikan dulu modul" in answer.text


@pytest.mark.parametrize("number", ["0", "9", "-1", "x", "9999999999999"])
def test_a_question_that_is_not_there_is_not_found(learner, attempt, number):
    assert get(learner.client, f"{attempt}?soal={number}").status == 404


def test_the_home_page_leads_on(learner, course):
    empty = get(learner.client, "/belajar")
    assert "Belum ada kursus" in empty.text

    send(learner.client, get(learner.client, COURSE), f"{COURSE}/ikut")
    page = get(learner.client, "/belajar")

    assert "Halo, Sari Wulandari" in page.text
    assert f'href="{COURSE}/pretes/kuis"' in page.text


def test_a_pretest_handed_in_without_an_answer_is_not_offered_again(learner, course):
    quiz = get(learner.client, f"{COURSE}/pretes/kuis")
    attempt = send(learner.client, quiz, f"{COURSE}/pretes/kuis").location
    send(learner.client, get(learner.client, f"{attempt}?tinjau=1"), f"{attempt}/kirim")

    assert json.loads(get(learner.client, f"{attempt}/hasil.json").text)["state"] == "graded"
    home = get(learner.client, "/belajar").text
    assert f'href="{COURSE}/pretes/kuis"' not in home
    assert "Lanjutkan belajar" in home
    assert f'href="{COURSE}/bahan"' in get(learner.client, COURSE).text


@pytest.fixture
def complete(learner: Person, attempt: str) -> Callable[[], Page]:
    """Go the rest of the way: hand in the quiz, then pass the post-test."""

    def go() -> Page:
        answer_all(learner, attempt, right_answers(questions(learner, attempt)))
        send(learner.client, get(learner.client, f"{attempt}?tinjau=1"), f"{attempt}/kirim")
        quiz = f"{COURSE}/postes/kuis"
        last = send(learner.client, get(learner.client, quiz), quiz).location
        item = questions(learner, last)["q-akhir01"]
        answer_by_form(learner, last, 1, [choice(item, "Ya")])
        answer = send(learner.client, get(learner.client, f"{last}?tinjau=1"), f"{last}/kirim")
        return get(learner.client, answer.location)

    return go


def test_the_whole_way_ends_at_the_certificate(learner, complete):
    result = complete()
    assert "Selamat, Anda sudah menyelesaikan kursus ini" in result.text
    assert "/belajar/dapur-halal/sertifikat" in result.text
    assert "Tinggal memeriksa nama Anda" in get(learner.client, "/belajar").text

    page = get(learner.client, "/belajar/dapur-halal/sertifikat")
    assert 'value="Sari Wulandari"' in page.text
    answer = send(
        learner.client, page, "/belajar/dapur-halal/sertifikat", nama="Sari Wulandari", kabupaten="18.71"
    )
    certificate = get(learner.client, answer.location)

    assert answer.status == 303
    assert answer.location.startswith("/sertifikat/")
    assert "Sertifikat ini asli dan berlaku" in certificate.text
    assert "Unduh PDF" in certificate.text


def test_a_certificate_is_not_asked_for_before_the_course_is_complete(learner, attempt):
    assert get(learner.client, "/belajar/dapur-halal/sertifikat").location == COURSE


def test_a_name_is_needed_and_stays_typed(learner, complete):
    complete()
    page = get(learner.client, "/belajar/dapur-halal/sertifikat")

    answer = send(learner.client, page, "/belajar/dapur-halal/sertifikat", nama="Sari 漢字", kabupaten="")

    assert answer.status == 422
    assert "Sari 漢字" in answer.text
    assert "Pilih satu dari daftar." in answer.text


# --- Two places, all questions at once, time that is over --------------------------------------------


def answered_in_two_places(person: Person, attempt: str) -> tuple[Page, list[str]]:
    """Answer the first question in two tabs that do not know each other; return its page and the choices."""
    choices = [one["id"] for one in questions(person, attempt)["q-satu01"]["choices"]]
    other_tab = question_page(person, attempt, 1)
    answer_by_form(person, attempt, 1, [choices[0]])
    post(person.client, f"{attempt}/jawaban", {**last_fields(other_tab), "answer": choices[1]})
    return question_page(person, attempt, 1), choices


def last_fields(page: Page) -> dict[str, str]:
    return {name: values[-1] for name, values in page.fields().items()}


@pytest.mark.parametrize(("button", "chosen"), [("lain", 0), ("ini", 1)])
def test_of_two_answers_one_is_chosen_by_a_press_and_the_question_is_settled(
    learner, attempt, button, chosen
):
    page, choices = answered_in_two_places(learner, attempt)
    assert "Soal ini dijawab di dua tempat" in page.text
    assert "dijawab di dua tempat" in get(learner.client, f"{attempt}?tinjau=1").text

    form = {**last_fields(page), "answer": choices[1], "pakai": button}
    answer = post(learner.client, f"{attempt}/jawaban", form)
    after = get(learner.client, answer.location)

    assert answer.location == f"{attempt}?soal=1"
    assert "dua tempat" not in after.text
    assert questions(learner, attempt)["q-satu01"]["answer"] == [choices[chosen]]
    # Pressed again, there is nothing to choose any more, and nothing changes.
    again = post(learner.client, f"{attempt}/jawaban", {**form, "pakai": "lain"})
    assert again.location == f"{attempt}?soal=1"
    assert questions(learner, attempt)["q-satu01"]["answer"] == [choices[chosen]]


def test_two_answers_of_every_kind_can_be_shown_beside_each_other(learner, attempt):
    items = questions(learner, attempt)
    for number, (item_id, answer) in enumerate(right_answers(items).items(), start=1):
        token = question_page(learner, attempt, number).token()
        other: Any = f"{answer} dulu"
        if item_id in {"q-satu01", "q-benar01", "q-banyak1"}:
            other = [one["id"] for one in items[item_id]["choices"] if one["id"] not in answer][:1]
        elif item_id == "q-urutan1":
            other = list(reversed(answer))
        elif item_id == "q-pasang1":
            other = dict(list(answer.items())[:1])
        for given in (answer, other):
            body = {"event": str(uuid4()), "item": item_id, "base": 0, "answer": given}
            assert put(learner, attempt, token, body).status_code == 200
        page = question_page(learner, attempt, number)
        assert page.text.count('name="pakai"') == 2, item_id
        post(learner.client, f"{attempt}/jawaban", {**last_fields(page), "pakai": "lain"})
        saved = questions(learner, attempt)[item_id]["answer"]
        assert (sorted(saved) == sorted(answer)) if item_id == "q-banyak1" else (saved == answer)
        assert 'name="pakai"' not in question_page(learner, attempt, number).text


def test_all_questions_stand_on_one_page_and_each_is_saved_by_itself(learner, attempt):
    page = get(learner.client, f"{attempt}?semua=1")
    assert page.text.count("data-soal=") == 8
    assert len(set(re.findall(r' id="([^"]+)"', page.text))) == len(re.findall(r' id="([^"]+)"', page.text))
    item = questions(learner, attempt)["q-benar01"]
    number = list(questions(learner, attempt)).index("q-benar01")
    form = {name: values[number] for name, values in page.fields().items() if len(values) == 8}
    form |= {"csrf_token": page.token(), "answer": choice(item, "Salah")}

    answer = post(learner.client, f"{attempt}/jawaban", form)
    refused = post(learner.client, f"{attempt}/jawaban", {**form, "answer": "bukan"})

    assert answer.location == f"{attempt}?semua=1#soal-{number + 2}"
    assert questions(learner, attempt)["q-benar01"]["answer"] == [choice(item, "Salah")]
    assert refused.status == 422
    assert refused.text.count("data-soal=") == 8
    sheets = get(learner.client, f"{attempt}?lembar=1").text
    assert sheets.count("data-soal=") == 8
    assert "<html" not in sheets


def test_the_review_names_what_is_open_and_asks_once_more(learner, attempt):
    numbers = list(questions(learner, attempt))
    answer_by_form(learner, attempt, numbers.index("q-angka01") + 1, "kira-kira")
    for item_id, answer in right_answers(questions(learner, attempt)).items():
        if item_id not in {"q-angka01", "q-satu01", "q-uraian1"}:
            answer_by_form(learner, attempt, numbers.index(item_id) + 1, answer)

    review = get(learner.client, f"{attempt}?tinjau=1").text

    empty = sorted(numbers.index(item_id) + 1 for item_id in ("q-satu01", "q-uraian1"))
    assert f"Soal {empty[0]} dan {empty[1]} belum dijawab." in review
    assert f"Soal {numbers.index('q-angka01') + 1} belum jelas." in review
    assert "Kirim tanpa melengkapi" in review


def test_a_number_that_cannot_be_read_is_saved_and_said_to_be_unclear(learner, attempt):
    token = question_page(learner, attempt, 1).token()
    body = {"event": str(uuid4()), "item": "q-angka01", "base": 0, "answer": "kira-kira"}

    said = put(learner, attempt, token, body).get_json()

    assert said["number"] == 1
    assert "belum jelas" in said["unclear"]


@pytest.fixture
def timed(learner, course, records, now) -> str:
    """An open attempt with a time limit of ten minutes that are over, the only one allowed."""
    folder = Path(__file__).parent / "kursus"
    files = {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    rules = "## Kuis\n\n- Waktu: 10 menit\n- Kesempatan: 1\n"
    files["postes.md"] = files["postes.md"].replace(b"## Kuis\n", rules.encode(), 1)
    with records() as session:
        publish(
            session, slug=course, files=files, note="", origin=Origin.FOLDER, actor=None, way=Way.COMMAND,
            now=NOW, today=NOW.date(),
        )  # fmt: skip
    send(learner.client, get(learner.client, f"{COURSE}/bahan"), f"{COURSE}/bahan/dibaca")
    first = send(learner.client, get(learner.client, QUIZ), QUIZ).location
    answer_all(learner, first, right_answers(questions(learner, first)))
    send(learner.client, get(learner.client, f"{first}?tinjau=1"), f"{first}/kirim")
    quiz = f"{COURSE}/postes/kuis"
    address = send(learner.client, get(learner.client, quiz), quiz).location
    item = questions(learner, address)["q-akhir01"]
    answer_by_form(learner, address, 1, [choice(item, "Ya")])
    now(minutes=10, seconds=31)
    return address


def test_an_attempt_whose_time_is_over_shows_as_closed_before_anybody_closes_it(learner, timed):
    page = get(learner.client, f"{COURSE}/postes/kuis")

    assert "Waktu percobaan terakhir sudah habis" in page.text
    assert "Waktunya habis" in page.text
    assert "Kesempatan Anda untuk kuis ini sudah habis" in page.text
    assert "Lanjutkan kuis" not in page.text
    assert "Waktunya sudah habis" in get(learner.client, timed).text

    answer = send(learner.client, page, f"{timed}/kirim")
    assert "Bagus, Anda lulus kuis ini" in get(learner.client, answer.location).text


def test_a_start_that_is_refused_closes_the_overdue_attempt_all_the_same(learner, timed, records):
    answer = send(learner.client, get(learner.client, f"{COURSE}/postes/kuis"), f"{COURSE}/postes/kuis")

    assert answer.status == 422
    assert "Kesempatan Anda untuk kuis ini sudah habis" in answer.text
    assert "Waktu percobaan terakhir" not in answer.text
    with records() as session:
        attempt = session.scalars(select(Attempt).where(Attempt.uuid == UUID(timed.rpartition("/")[2]))).one()
        assert attempt.handed_in_at == attempt.deadline
    assert "Nilai 100 dari 100" in get(learner.client, f"{timed}/hasil").text


def test_an_attempt_within_its_grace_is_still_open(learner, timed, now):
    now(seconds=-1)
    assert "Lanjutkan kuis" in get(learner.client, f"{COURSE}/postes/kuis").text


# --- The result: what to read again, the other attempts, what was learnt -----------------------------


def hand_in_with(person: Person, quiz: str, answers: dict[str, str]) -> str:
    """Take the quiz at *quiz* with choices by their words; return the address of the attempt."""
    address = send(person.client, get(person.client, quiz), quiz).location
    for number, (item_id, item) in enumerate(questions(person, address).items(), start=1):
        if item_id in answers:
            answer_by_form(person, address, number, [choice(item, answers[item_id])])
    send(person.client, get(person.client, f"{address}?tinjau=1"), f"{address}/kirim")
    return address


def test_the_result_names_the_section_by_its_heading_and_lists_the_other_attempts(learner, attempt):
    answer_by_form(learner, attempt, 1, [choice(questions(learner, attempt)["q-satu01"], "LPPOM")])
    send(learner.client, get(learner.client, f"{attempt}?tinjau=1"), f"{attempt}/kirim")
    second = hand_in_with(learner, QUIZ, {"q-satu01": "BPJPH"})

    page = get(learner.client, f"{attempt}/hasil").text
    assert "Baca ulang: Bagian ulang, di modul “Delapan soal”" in page
    assert "Baca ulang dulu" in page
    assert f'href="{second}/hasil"' in page
    assert f'href="{attempt}/hasil"' in get(learner.client, f"{second}/hasil").text


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("Tidak", "Ya", "Tes awal 0, tes akhir 100: naik 100 poin."),
        ("Ya", "Ya", "Tes awal 100, tes akhir 100: nilainya sama."),
        ("Ya", "Tidak", "Tes awal 100, tes akhir 0: turun 100 poin."),
        ("", "Ya", ""),
    ],
)
def test_the_result_of_the_post_test_says_what_was_learnt(learner, course, before, after, words):
    if before:
        first = hand_in_with(learner, f"{COURSE}/pretes/kuis", {"q-awal01": before})
        assert "tes akhir" not in get(learner.client, f"{first}/hasil").text
    send(learner.client, get(learner.client, f"{COURSE}/bahan"), f"{COURSE}/bahan/dibaca")
    attempt = send(learner.client, get(learner.client, QUIZ), QUIZ).location
    answer_all(learner, attempt, right_answers(questions(learner, attempt)))
    send(learner.client, get(learner.client, f"{attempt}?tinjau=1"), f"{attempt}/kirim")
    last = hand_in_with(learner, f"{COURSE}/postes/kuis", {"q-akhir01": after})

    page = get(learner.client, f"{last}/hasil").text
    assert (words in page) if words else ("Tes awal" not in page)


def test_an_answer_sent_as_data_after_the_time_closes_the_attempt_with_what_was_saved(
    learner, timed, records
):
    token = get(learner.client, "/akun").token()
    with records() as session:
        found = session.scalars(select(Attempt).where(Attempt.uuid == UUID(timed.rpartition("/")[2]))).one()
        assert found.handed_in_at is None
    body = {"event": str(uuid4()), "item": "q-akhir01", "base": 1, "answer": []}

    first, again = (put(learner, timed, token, body) for _ in range(2))

    assert (first.status_code, again.status_code) == (409, 409)
    assert "Nilai 100 dari 100" in get(learner.client, f"{timed}/hasil").text
