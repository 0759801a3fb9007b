"""A learner looks everywhere for the key before handing in, and finds nothing; nor does the reply tell."""

from __future__ import annotations

import json
import re
from collections import Counter, deque
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from elearn.records import study
from elearn.records.attempts.queries import attempt_of, items_of
from tests.conftest import NOW
from tests.pages.conftest import get, post
from tests.security.conftest import Site
from tests.security.course import MARKS
from tests.security.test_routes import BASE, token_of
from tests.security.world import QUIZ, SLUG

#: Places of the questions whose answer is typed: a right one would be shown again as typed.
TYPED = {3, 4}
LINKS = re.compile(r'(?:href|src|action|data-[a-z-]+|content)="([^"]+)"')


def crawl(client: FlaskClient, starts: list[str], *, most: int = 400) -> dict[str, str]:
    """Follow every address on every page and script, as a browser could, and return what came."""
    seen: dict[str, str] = {}
    waiting = deque(starts)
    while waiting and len(seen) < most:
        address = waiting.popleft().partition("#")[0]
        if address in seen:
            continue
        answer = client.get(address, base_url=BASE)
        text = answer.get_data(as_text=True) if "image/png" not in answer.content_type else ""
        seen[address] = f"{answer.status_code}\n{answer.headers}\n{text}"
        if 300 <= answer.status_code < 400:
            waiting.append(path_of(urljoin(BASE + address, answer.location)))
        found = [unescape(link) for link in LINKS.findall(text)]
        found += re.findall(r'["\'](\.?/[a-z0-9_./-]+\.(?:js|css|json|svg))["\']', text)
        for link in found:
            target = urljoin(BASE + address, link)
            if urlsplit(target).netloc == "kelas.example" and urlsplit(target).scheme == "https":
                waiting.append(path_of(target))
    return seen


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def guesses(site: Site) -> list[str]:
    """Addresses that are on no page, but that somebody would try."""
    attempt = f"/percobaan/{site.world.open_attempt}"
    course = f"/kursus/{SLUG}"
    return [
        "/", "/belajar", course, QUIZ, f"{course}/ujian", f"{course}/pretes/kuis", f"{course}/postes/kuis",
        f"{course}/pretes", f"{course}/postes", f"/?cari={MARKS[0]}", "/?cari=Kunci", f"{attempt}?tinjau=1",
        *(f"{attempt}?soal={number}" for number in range(1, 9)),
        f"{attempt}?soal=1&kunci=1", f"{attempt}?soal=1&cetak=1", f"{attempt}?soal=1&debug=1",
        f"{attempt}/soal.json", f"{attempt}/soal.json?kunci=1", f"{attempt}/hasil", f"{attempt}/hasil.json",
        f"{attempt}.json", f"{attempt}/kunci.json", f"{attempt}/cetak",
        f"{course}/02-ujian.md", f"{course}/ujian.md", f"{course}/ujian.json", f"{course}/ujian/soal.json",
        f"{course}/kursus.md", f"{course}/ujian/cetak", f"/pelatih/kursus/{SLUG}/file/02-ujian.md",
        f"/pelatih/kursus/{SLUG}/lihat/02-ujian.md", f"/media/{site.world.live_media}.svg",
        f"/media/{site.world.draft_media}.svg", "/static/x/kuis.js", "/static/x/kuis.js.map", "/static/x/sw.js",
        "/sertifikat", f"/sertifikat/{site.world.serial}", "/akun", "/bantuan",
    ]  # fmt: skip


def leaks(pages: dict[str, str]) -> list[tuple[str, str]]:
    return [(address, mark) for address, text in pages.items() for mark in MARKS if mark in text and mark not in address]  # fmt: skip


@pytest.mark.parametrize("who", ["learner", "visitor", "other learner"])
def test_no_part_of_the_key_is_anywhere_before_handing_in(site: Site, who: str, records: Any) -> None:
    client = site.browser(who)
    if who == "learner":
        token = token_of(client)
        for number in range(8):
            answer_one(site, client, token, number, right=number not in TYPED, records=records)
        start = post(client, f"/kursus/{SLUG}/pretes/kuis", {"csrf_token": token})
        assert start.status in {303, 422}
    pages = crawl(client, guesses(site))

    assert len(pages) > 50
    if who == "learner":
        assert any("Pilih satu." in text for text in pages.values())
    # The result of an attempt that was handed in may say what it says; this one shows no key either.
    closed = f"/percobaan/{site.world.closed_attempt}/hasil"
    feedback = {"umpanbenar", "umpansalah"}
    found = [(at, mark) for at, mark in leaks(pages) if not (at.startswith(closed) and mark in feedback)]
    assert not found


def test_the_starting_page_of_every_kind_of_attempt_leaks_nothing(site: Site) -> None:
    client = site.browser("other learner")
    token = token_of(client)
    post(client, f"/kursus/{SLUG}/pretes/kuis", {"csrf_token": token})
    pages = crawl(client, [f"/percobaan/{site.world.foreign_attempt}", "/belajar"], most=150)

    assert not leaks(pages)


def test_what_a_question_says_of_itself_is_a_closed_list(site: Site) -> None:
    client = site.browser("learner")
    data = json.loads(get(client, f"/percobaan/{site.world.open_attempt}/soal.json").text)

    assert set(data) == {"state", "deadline", "items"}
    for item in data["items"]:
        assert set(item) == {
            "id", "type", "prompt_html", "choices", "left", "right", "unit", "hint_html", "answer", "number",
        }  # fmt: skip
        for shown in [*item["choices"], *item["left"], *item["right"]]:
            assert set(shown) == {"id", "html"}
            assert re.fullmatch(r"[0-9a-f]{8}", shown["id"])


def answer_one(site: Site, client: FlaskClient, token: str, number: int, *, right: bool, records: Any) -> Any:
    from elearn.content.marking import right_answer
    from elearn.content.presentation import show_answer

    with records() as session:
        attempt = attempt_of(session, site.world.people["learner"], site.world.open_attempt)
        item = items_of(session, attempt)[number]
        if item.type == "essay":
            raw: Any = "betul" if right else "salah"
        else:
            raw = show_answer(item, right_answer(item), seed=attempt.seed)
            if not right:
                raw = wrong(raw)
        item_id = item.id
    body = {"item": item_id, "event": str(uuid4()), "base": 0, "answer": raw}
    return client.put(
        f"/percobaan/{site.world.open_attempt}/jawaban",
        json=body, base_url=BASE, headers={"X-CSRFToken": token},
    )  # fmt: skip


def wrong(raw: Any) -> Any:
    if isinstance(raw, str):
        return "9" * len(raw)
    if isinstance(raw, dict):
        keys, values = list(raw), list(raw.values())
        return dict(zip(keys, values[1:] + values[:1], strict=True))
    return list(reversed(raw)) if len(raw) > 1 else raw


def test_the_reply_to_an_answer_is_the_same_whatever_is_right(site: Site, records: Any) -> None:
    client = site.browser("learner")
    token = token_of(client)
    data = json.loads(get(client, f"/percobaan/{site.world.open_attempt}/soal.json").text)
    replies = set()
    for choice in data["items"][0]["choices"]:
        found = put(site, client, token, "q-satu01", [choice["id"]])
        replies.add(shape(found))
    assert len(replies) == 1
    for texts in (["jawabanterima", "jawabantolak", "sesuatulain"], ["BPOM betul", "BPOM salah"]):
        assert len({shape(put(site, client, token, "q-isian01", text)) for text in texts}) == 1
    for numbers in (["73.194,25", "73.194,26", "11.111,11"],):
        assert len({shape(put(site, client, token, "q-angka01", text)) for text in numbers}) == 1


def put(site: Site, client: FlaskClient, token: str, item: str, answer: Any, base: int = 0) -> Any:
    body = {"item": item, "event": str(uuid4()), "base": base, "answer": answer}
    return client.put(
        f"/percobaan/{site.world.open_attempt}/jawaban",
        json=body, base_url=BASE, headers={"X-CSRFToken": token},
    )  # fmt: skip


def shape(answer: Any) -> tuple[Any, ...]:
    """What of a reply could tell something: all but the running number, whose digits are alike."""
    text = re.sub(r"\d", "0", answer.get_data(as_text=True))
    text = text.replace("true", "false")
    return answer.status_code, len(text), text, tuple(sorted(answer.headers.keys()))


def test_the_page_after_an_answer_is_the_same_whatever_is_right(site: Site) -> None:
    client = site.browser("learner")
    address = f"/percobaan/{site.world.open_attempt}"
    token = token_of(client)
    for item, texts in {
        "q-isian01": ("jawabanterima", "jawabantolaks"),
        "q-angka01": ("73.194,25", "73.194,26"),
    }.items():
        pages = []
        seen = 0
        for text in texts:
            # As one tab sends them: an old base would say that the question was answered in two places.
            seen = put(site, client, token, item, text, base=seen).get_json()["number"]
            for page in ("?tinjau=1", "?soal=1", "/soal.json"):
                found = get(client, address + page).text
                found = found.replace(text, "T").replace(token, "")
                pages.append(
                    re.sub(
                        r'value="[^"]{20,}"|content="[^"]*"|"number":\s*\d+|name="base" value="\d+"',
                        "",
                        found,
                    )
                )
        half = len(pages) // 2
        for one, other in zip(pages[:half], pages[half:], strict=True):
            assert one == other


def test_the_place_and_the_name_of_the_right_choice_tell_nothing(site: Site, records: Any) -> None:
    from elearn.content.presentation import opaque_ids

    with records() as session:
        attempt = attempt_of(session, site.world.people["learner"], site.world.open_attempt)
        items = {item.id: item for item in items_of(session, attempt)}
    from types import SimpleNamespace

    from elearn.content.presentation import present

    single = items["q-satu01"]
    compiled = SimpleNamespace(
        prompt_html="", choices_html=["benar", "b", "c", "d"], lefts_html=[], rights_html=[], steps_html=[], hint_html=""
    )  # fmt: skip
    places: Counter[int] = Counter()
    by_id: Counter[int] = Counter()
    ids = set()
    rounds = 2000
    for seed in range(rounds):
        asked = present(single, compiled, seed=seed * 7919 + 13, quiz_shuffles=True)
        place = next(i for i, one in enumerate(asked.choices) if one.html == "benar")
        places[place] += 1
        by_id[sorted(one.id for one in asked.choices).index(asked.choices[place].id)] += 1
        ids.add(asked.choices[place].id)
        assert len(set(opaque_ids(single, seed=seed))) == 4
    # Uniform over four places: five standard deviations (19.4) either way is one in a million.
    for count in (places, by_id):
        assert all(abs(count[place] - rounds / 4) < 97 for place in range(4)), count
    assert len(ids) > rounds * 0.99


def test_an_ordering_and_a_matching_never_begin_as_the_key_has_them(site: Site, records: Any) -> None:
    with records() as session:
        attempt = attempt_of(session, site.world.people["learner"], site.world.open_attempt)
        items = {item.id: item for item in items_of(session, attempt)}
    from types import SimpleNamespace

    from elearn.content.presentation import present

    compiled = SimpleNamespace(
        prompt_html="", choices_html=[], lefts_html=["0", "1", "2"], rights_html=["0", "1", "2"],
        steps_html=["0", "1", "2"], hint_html="",
    )  # fmt: skip
    for seed in range(300):
        steps = present(items["q-urutan1"], compiled, seed=seed, quiz_shuffles=True).choices
        rights = present(items["q-pasang1"], compiled, seed=seed, quiz_shuffles=True).right
        assert [one.html for one in steps] != ["0", "1", "2"]
        assert [one.html for one in rights] != ["0", "1", "2"]


def test_no_refusal_tells_the_key(site: Site) -> None:
    client = site.browser("learner")
    token = token_of(client)
    for item in ("q-satu01", "q-isian01", "q-angka01", "q-urutan1", "q-pasang1", "q-uraian1", "q-asing"):
        for answer in (None, 1, True, [], {}, "x", ["x"], {"x": "y"}, [["x"]], "x" * 20_000, [1], {"x": 1}):
            found = put(site, client, token, item, answer)
            assert found.status_code in {200, 413, 422}, (item, answer)
            text = found.get_data(as_text=True)
            assert not [mark for mark in MARKS if mark in text]
            assert "Alfa" not in text


def test_what_is_shown_after_handing_in_keeps_the_key_where_the_quiz_says_so(
    site: Site, records: Any
) -> None:
    client = site.browser("learner")
    address = f"/percobaan/{site.world.closed_attempt}"
    for page in ("/hasil", "/hasil.json"):
        text = get(client, address + page).text
        for mark in ("umpanbenar", "pembahasanku", "jawabanterima", "panduannilai", "73.194", "73194"):
            assert mark not in text, page


def test_the_sites_scripts_hold_no_key_and_keep_none(app: Any) -> None:
    from elearn.web import templating

    for name, file in templating.static_files().items():
        if name.endswith(".js"):
            text = file.plain.decode()
            assert "caches." not in text, name
            assert "sourceMappingURL" not in text, name
    assert not list((Path(templating.__file__).parent / "static").glob("*.map"))


def test_an_attempt_begun_on_an_old_text_shows_nothing_of_the_new_key(site: Site, records: Any) -> None:
    from tests.security.course import QUIZ as TEXT
    from tests.security.world import publish

    with records() as session:
        changed = TEXT.replace(
            "- Jawaban: jawabanterima", "- Jawaban: jawabanterima\n- Jawaban: umpanbenarbaru"
        )
        from elearn.records.errors import RefusedError

        try:
            publish(session, SLUG, NOW, **{"02-ujian.md": changed.encode()})
        except RefusedError:
            session.rollback()
    pages = crawl(site.browser("learner"), [f"/percobaan/{site.world.open_attempt}?soal=4"], most=60)

    assert not [
        one for one in leaks(pages) if not one[0].startswith(f"/percobaan/{site.world.closed_attempt}")
    ]
    assert study is not None
