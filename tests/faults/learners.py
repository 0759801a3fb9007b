"""Learners who answer over HTTP and remember everything the server ever acknowledged."""

from __future__ import annotations

import http.client
import json
import random
import threading
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from elearn.records import engines
from tests.faults.server import Site, Visitor

PASSWORD = "sandi-uji-2026"
#: What a dead, dying or starting server does to a client.
GONE = (OSError, http.client.HTTPException)


@dataclass
class Answered:
    """One answer as the server acknowledged it."""

    item: str
    event: UUID
    number: int
    sent: object


@dataclass
class Learner:
    """One learner with an open attempt."""

    site: Site
    visitor: Visitor
    attempt: str
    csrf: str
    items: list[dict[str, Any]]
    chance: random.Random
    acknowledged: list[Answered] = field(default_factory=list)
    last: dict[str, int] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"/percobaan/{self.attempt}"

    def answer_once(self, stop: threading.Event) -> bool:
        """Send one answer, again and again until it is acknowledged or *stop* is set."""
        item = self.chance.choice(self.items)
        event = uuid4()
        sent = {
            "event": str(event),
            "item": item["id"],
            "base": self.last.get(item["id"], 0),
            "answer": some_answer(item, self.chance),
        }
        while not stop.is_set():
            try:
                reply = self.visitor.put(f"{self.address}/jawaban", sent, csrf=self.csrf)
            except GONE:
                continue
            if reply.status == 503:
                continue
            assert reply.status == 200, (reply.status, reply.text[:300])
            number = reply.json()["number"]
            self.last[item["id"]] = number
            self.acknowledged.append(Answered(item["id"], event, number, sent["answer"]))
            return True
        return False

    def hand_in(self) -> dict[str, Any]:
        """Hand in and return the result as data."""
        reply = self.visitor.post(f"{self.address}/kirim", {}, csrf=self.csrf)
        assert reply.status == 303, (reply.status, reply.text[:300])
        result: dict[str, Any] = self.visitor.get(f"{self.address}/hasil.json").json()
        return result


def some_answer(item: dict[str, Any], chance: random.Random) -> object:
    """Return an answer of the right shape to *item* of `soal.json`; right or wrong as it happens."""
    kind = item["type"]
    if kind in {"single", "true_false"}:
        return [chance.choice(item["choices"])["id"]]
    if kind == "multiple":
        chosen = chance.sample(item["choices"], chance.randint(1, len(item["choices"])))
        return sorted(choice["id"] for choice in chosen)
    if kind == "order":
        return [choice["id"] for choice in chance.sample(item["choices"], len(item["choices"]))]
    if kind == "match":
        return {left["id"]: chance.choice(item["right"])["id"] for left in item["left"]}
    if kind == "number":
        return str(chance.randrange(10_000))
    return f"jawaban {chance.getrandbits(64):016x}"


def make_learner(site: Site, number: int, course: str, module: str) -> Learner:
    """Sign up over HTTP, start the quiz of *module* and return who did."""
    visitor = Visitor(site.address)
    form = {
        "nama": f"Peserta {number}",
        "kunci": f"peserta{number}-{uuid4().hex[:6]}@contoh.com",
        "sandi": PASSWORD,
        "kabupaten": "18.71",
        "setuju": "y",
    }
    reply = visitor.post("/daftar", form, csrf=visitor.get("/daftar").csrf)
    assert reply.status == 303, reply.text[:500]
    quiz = f"/kursus/{course}/{module}/kuis"
    reply = visitor.post(quiz, {}, csrf=visitor.get(quiz).csrf)
    assert reply.status == 303, (reply.status, reply.text[:500])
    attempt = reply.headers["location"].split("?")[0].rstrip("/").rsplit("/", 1)[1]
    page = visitor.get(f"/percobaan/{attempt}")
    items = visitor.get(f"/percobaan/{attempt}/soal.json").json()["items"]
    return Learner(site, visitor, attempt, page.csrf, items, random.Random(number))


def stored_responses(url: str, attempt: str) -> dict[UUID, tuple[str, int]]:
    """Return what the database holds of an attempt: event → item and number; every event once."""
    engine = engines.make_engine(url, reading=True)
    try:
        with engine.connect() as connection:
            rows = connection.execute(
                sa.text(
                    "SELECT r.event, r.item_id, r.number FROM responses r JOIN attempts a ON a.id = r.attempt_id "
                    "WHERE a.uuid = :uuid"
                ),
                {"uuid": UUID(attempt).hex if engine.dialect.name == "sqlite" else UUID(attempt)},
            ).all()
    finally:
        engine.dispose()
    found = {UUID(str(row.event)): (row.item_id, row.number) for row in rows}
    assert len(found) == len(rows), "an event stands twice"
    return found


def check_database(url: str) -> None:
    """See that the database is whole."""
    engine = engines.make_engine(url, reading=True)
    try:
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    finally:
        engine.dispose()


def check_acknowledged(url: str, learner: Learner) -> None:
    """See that everything acknowledged is there, once, under the number the learner was told."""
    stored = stored_responses(url, learner.attempt)
    for answered in learner.acknowledged:
        assert stored.get(answered.event) == (answered.item, answered.number), json.dumps(str(answered))
