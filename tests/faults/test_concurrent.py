"""F12, F13, F14: two tabs, double clicks and lost replies change nothing about what is saved."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from elearn.records import engines
from tests.faults.conftest import Installation
from tests.faults.killing import COURSE, MODULE
from tests.faults.learners import (
    GONE,
    PASSWORD,
    Learner,
    check_database,
    make_learner,
    some_answer,
    stored_responses,
)
from tests.faults.server import Reply, Site, Visitor

pytestmark = pytest.mark.faults

#: Pairs of answers sent by two tabs at once.
ROUNDS = 200
QUIZ = f"/kursus/{COURSE}/{MODULE}/kuis"


def at_once(*acts: Callable[[], Reply]) -> list[Reply]:
    """Do all *acts* at the same moment, in a thread each."""
    barrier = threading.Barrier(len(acts))
    replies: dict[int, Reply] = {}

    def act(place: int) -> None:
        barrier.wait()
        replies[place] = acts[place]()

    threads = [threading.Thread(target=act, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [replies[place] for place in range(len(acts))]


def count(url: str, query: str) -> int:
    engine = engines.make_engine(url, reading=True)
    with engine.connect() as connection:
        found: int = connection.scalar(sa.text(f"SELECT count(*) FROM {query}"))
    engine.dispose()
    return found


def other_tab(visitor: Visitor) -> Visitor:
    return replace(visitor, cookies=dict(visitor.cookies))


def questions(visitor: Visitor, address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = visitor.get(f"{address}/soal.json").json()["items"]
    return found


# --- F12 ---------------------------------------------------------------------------------------------


def test_of_two_tabs_the_last_saved_answer_wins_and_both_see_the_same(installation: Installation, site: Site):
    learner = make_learner(site, 1, COURSE, MODULE)
    tabs = [learner.visitor, other_tab(learner.visitor)]
    chance = random.Random(12)
    seen: list[dict[str, int]] = [{}, {}]
    saved: dict[str, dict[int, object]] = {item["id"]: {} for item in learner.items}
    for _ in range(ROUNDS):
        item = chance.choice(learner.items)
        answers = [some_answer(item, chance) for _ in tabs]
        sent = [
            {
                "event": str(uuid4()),
                "item": item["id"],
                "base": seen[tab].get(item["id"], 0),
                "answer": answer,
            }
            for tab, answer in enumerate(answers)
        ]
        replies = at_once(
            *(
                lambda tab=tab, body=body: tab.put(f"{learner.address}/jawaban", body, csrf=learner.csrf)
                for tab, body in zip(tabs, sent, strict=True)
            )
        )
        assert [reply.status for reply in replies] == [200, 200], [reply.text[:200] for reply in replies]
        found = [reply.json() for reply in replies]
        # Who came second had not seen the first one's answer, and is told so.
        assert max(found, key=lambda one: one["number"])["stale"] is True
        for tab, (reply, answer) in enumerate(zip(found, answers, strict=True)):
            assert reply["number"] not in saved[item["id"]], "one number for two answers"
            saved[item["id"]][reply["number"]] = answer
            seen[tab][item["id"]] = reply["number"]

    shown = [questions(tab, learner.address) for tab in tabs]
    assert shown[0] == shown[1]
    for item in shown[0]:
        mine = saved[item["id"]]
        assert sorted(mine) == list(range(1, len(mine) + 1))
        if mine:
            assert (item["number"], item["answer"]) == (len(mine), mine[len(mine)])
    assert len(stored_responses(installation.url, learner.attempt)) == 2 * ROUNDS


def test_two_tabs_never_have_two_attempts(installation: Installation, site: Site):
    learner = make_learner(site, 1, COURSE, MODULE)
    tabs = [learner.visitor, other_tab(learner.visitor)]
    attempts = {learner.address}
    for number in range(1, 6):
        learner.answer_once(threading.Event())
        handed_in = at_once(*(lambda tab=tab: _hand_in(tab, learner) for tab in tabs))
        assert {reply.headers["location"] for reply in handed_in} == {f"{learner.address}/hasil"}
        assert count(installation.url, "grades") == number
        started = at_once(*(lambda tab=tab: tab.post(QUIZ, {}, csrf=learner.csrf) for tab in tabs))
        (address,) = {reply.headers["location"] for reply in started}
        assert address not in attempts
        attempts.add(address)
        assert count(installation.url, "attempts") == number + 1
        learner.attempt = address.rsplit("/", 1)[1]
        learner.last.clear()
        learner.items = questions(learner.visitor, address)
    check_database(installation.url)


def _hand_in(tab: Visitor, learner: Learner) -> Reply:
    return tab.post(f"{learner.address}/kirim", {}, csrf=learner.csrf)


# --- F13 ---------------------------------------------------------------------------------------------


def right_answer(item: dict[str, Any]) -> object:
    """Return the right answer to *item* of the course of these tests."""
    by_text = {
        choice["html"].removeprefix("<p>").removesuffix("</p>"): choice["id"]
        for choice in [*item["choices"], *item["right"]]
    }
    if item["type"] == "single":
        return [by_text["BPJPH"]]
    if item["type"] == "true_false":
        return [by_text["Salah"]]
    if item["type"] == "multiple":
        return [by_text["NIB"], by_text["Daftar bahan"]]
    if item["type"] == "order":
        return [by_text[step] for step in ("Membuat NIB", "Menyusun daftar bahan", "Mengisi pengajuan")]
    if item["type"] == "match":
        lefts = {left["html"].removeprefix("<p>").removesuffix("</p>"): left["id"] for left in item["left"]}
        pairs = {"NIB": "OSS", "Izin edar MD": "BPOM", "Sertifikat halal": "BPJPH"}
        return {lefts[left]: by_text[right] for left, right in pairs.items()}
    return "5.000" if item["type"] == "number" else "BPJPH"


def test_a_double_click_has_one_effect_all_the_way_to_the_certificate(installation: Installation, site: Site):
    url = installation.url
    visitor = Visitor(site.address)
    form = {
        "nama": "Siti Aminah",
        "kunci": "siti@contoh.com",
        "sandi": PASSWORD,
        "kabupaten": "18.71",
        "setuju": "y",
    }
    csrf = visitor.get("/daftar").csrf

    def twice(path: str, fields: dict[str, Any]) -> list[Reply]:
        tabs = [other_tab(visitor), other_tab(visitor)]
        replies = at_once(*(lambda tab=tab: tab.post(path, fields, csrf=csrf) for tab in tabs))
        done = [place for place, reply in enumerate(replies) if reply.status == 303]
        assert done, [reply.text[:300] for reply in replies]
        visitor.cookies.update(tabs[done[0]].cookies)
        return replies

    signed_up = twice("/daftar", form)
    # The second press finds the number in use, and the password its own: one account, and both are signed in.
    assert [reply.status for reply in signed_up] == [303, 303]
    assert count(url, "users") == 1
    csrf = visitor.get("/belajar").csrf

    def both(path: str, fields: dict[str, Any] | None = None) -> str:
        replies = twice(path, fields or {})
        assert [reply.status for reply in replies] == [303, 303], [reply.text[:300] for reply in replies]
        (address,) = {reply.headers["location"] for reply in replies}
        return address

    both(f"/kursus/{COURSE}/ikut")
    assert count(url, "enrolments") == 1
    both(f"/kursus/{COURSE}/{MODULE}/dibaca")
    assert count(url, "module_reads") == 1
    address = both(QUIZ)
    assert count(url, "attempts") == 1
    asked = questions(visitor, address)
    for item in asked:
        both(f"{address}/jawaban", _as_form(item, right_answer(item)))
    assert count(url, "responses") == len(asked)
    both(f"{address}/kirim")
    assert count(url, "grades") == 1
    assert count(url, "module_completions") == count(url, "course_completions") == 1
    confirmed = both(f"/belajar/{COURSE}/sertifikat", {"nama": "Siti Aminah", "kabupaten": "18.71"})
    assert confirmed.startswith("/sertifikat/")
    assert count(url, "certificates") == count(url, "certificate_events") == 1
    assert visitor.get(confirmed).status == 200
    check_database(url)


def _as_form(item: dict[str, Any], answer: object) -> dict[str, Any]:
    form: dict[str, Any] = {"event": str(uuid4()), "item": item["id"], "base": item["number"]}
    if isinstance(answer, dict):
        form.update({f"answer.{left}": right for left, right in answer.items()})
    else:
        form["answer"] = answer
    return form


# --- F14 ---------------------------------------------------------------------------------------------


@dataclass
class Dropping:
    """A proxy that passes every request on and keeps every reply to itself."""

    address: str
    replies: list[int]


@contextlib.contextmanager
def dropping_replies(site: Site) -> Iterator[Dropping]:
    """Run a proxy before *site* that loses every reply, for a block."""
    replies: list[int] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            target = urlsplit(site.address)
            connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=60)
            connection.request(self.command, self.path, body, dict(self.headers))
            response = connection.getresponse()
            response.read()
            connection.close()
            replies.append(response.status)
            self.close_connection = True

        do_POST = do_PUT = pass_on  # noqa: N815

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield Dropping(f"http://127.0.0.1:{server.server_address[1]}", replies)
        finally:
            server.shutdown()
            thread.join()


def test_the_retry_after_a_lost_reply_gets_the_same_reply_and_leaves_one_row(
    installation: Installation, site: Site
):
    learner = make_learner(site, 1, COURSE, MODULE)
    sent: list[tuple[dict[str, object], Reply]] = []
    with dropping_replies(site) as proxy:
        behind = replace(learner.visitor, address=proxy.address)
        for item in learner.items:
            body: dict[str, object] = {
                "event": str(uuid4()),
                "item": item["id"],
                "base": 0,
                "answer": some_answer(item, learner.chance),
            }
            for _ in range(2):
                with pytest.raises(GONE):
                    behind.put(f"{learner.address}/jawaban", body, csrf=learner.csrf)
            sent.append((body, learner.visitor.put(f"{learner.address}/jawaban", body, csrf=learner.csrf)))
        assert proxy.replies == [200] * (2 * len(learner.items))
        assert {reply.body for _, reply in sent} == {sent[0][1].body}
        stored = stored_responses(installation.url, learner.attempt)
        assert stored == {UUID(str(body["event"])): (body["item"], 1) for body, _ in sent}

        with pytest.raises(GONE):
            behind.post(f"{learner.address}/kirim", {}, csrf=learner.csrf)
        assert proxy.replies[-1] == 303
        result = learner.hand_in()
        assert learner.hand_in() == result
    assert count(installation.url, "grades") == 1

    for body, reply in sent:
        again = learner.visitor.put(f"{learner.address}/jawaban", body, csrf=learner.csrf)
        assert (again.status, again.body) == (200, reply.body)
    new = {**sent[0][0], "event": str(uuid4())}
    closed = learner.visitor.put(f"{learner.address}/jawaban", new, csrf=learner.csrf)
    assert (closed.status, json.loads(closed.body)["error"]) == (409, 409)
    assert stored_responses(installation.url, learner.attempt) == stored
    assert learner.hand_in() == result


def test_a_form_whose_reply_was_lost_is_sent_again_and_leaves_one_row(installation: Installation, site: Site):
    learner = make_learner(site, 1, COURSE, MODULE)
    item = learner.items[0]
    form = _as_form(item, some_answer(item, learner.chance))
    with dropping_replies(site) as proxy:
        behind = replace(learner.visitor, address=proxy.address)
        with pytest.raises(GONE):
            behind.post(f"{learner.address}/jawaban", form, csrf=learner.csrf)
        assert proxy.replies == [303]

    again = [learner.visitor.post(f"{learner.address}/jawaban", form, csrf=learner.csrf) for _ in range(2)]

    assert {reply.headers["location"] for reply in again} == {f"{learner.address}?soal=2"}
    assert len(stored_responses(installation.url, learner.attempt)) == 1
