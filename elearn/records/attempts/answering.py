"""Saving an answer: is it a repeat, does it count, under which number and event does it go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid5

from sqlalchemy import Connection, Select, Table, and_, bindparam, func, insert, or_, select

from elearn.content.items import Answer, Item
from elearn.content.presentation import AnswerShapeError, read_answer, unclear_hint
from elearn.content.presentation import AnswerTooLongError as ContentTooLongError
from elearn.records.attempts.answers import quiz_of, to_stored
from elearn.records.attempts.errors import AnswerTooLongError, NotAnAnswerError, SameEventError
from elearn.records.attempts.models import Attempt, AttemptItem, Response
from elearn.records.engines import Direct
from elearn.records.enrolments.models import Enrolment
from elearn.records.errors import NotFoundError, _, said

#: The largest number a client may claim to have seen: what the column holds.
LARGEST_BASE = 2**31 - 1

_NOT_ASKED = _("Soal ini tidak ada di kuis Anda. Muat ulang halaman, lalu jawab lagi.")


@dataclass(frozen=True, slots=True)
class Saved:
    """The reply to a saved answer: the same for a repeat, and the same whatever is right.

    *unclear* is a sentence for an answer that cannot be read as what the item asks for.
    """

    number: int
    stale: bool
    unclear: str = ""


@dataclass(frozen=True, slots=True)
class LockedAttempt:
    """An attempt as its row says, locked until the transaction ends; what saving an answer asks of it."""

    id: int
    number: int
    revision_id: int
    seed: int
    deadline: datetime | None
    handed_in_at: datetime | None


def locked_attempt(connection: Connection, learner_id: int, uuid: UUID) -> LockedAttempt:
    """Return the learner's attempt, locked; somebody else's is "not found"."""
    rows = _LOCKED.run(connection, uuid=uuid, learner=learner_id)
    if not rows:
        raise NotFoundError(_("Percobaan ini tidak ditemukan."))
    return LockedAttempt(*rows[0])


def find_repeat(
    connection: Connection,
    attempt: Attempt | LockedAttempt,
    *,
    item_id: str,
    event: UUID,
    base: int,
    raw: object,
    form: bool,
) -> tuple[Saved | None, _Arrival]:
    """Look whether this answer was saved before; return its reply, and what `append_answer` needs.

    As JSON the event decides: the same one with the same answer is a repeat, with another answer it is
    refused. A form post is a repeat only if it is the item's latest answer, because a page come back to
    posts its old event with whatever is ticked now. Refuses what is no answer to the item.
    """
    if not 0 <= base <= LARGEST_BASE:
        raise NotAnAnswerError(_NOT_ASKED)
    try:
        item = quiz_of(connection, attempt).item(item_id)
    except KeyError:
        raise NotAnAnswerError(_NOT_ASKED) from None
    answer = _read(item, raw, attempt.seed)
    stored = to_stored(answer)
    derived = uuid5(event, f"{base}:{stored}") if form else event
    rows = _related(connection, attempt.id, item_id, event, derived)
    arrival = _Arrival(item, answer, stored, base, derived, rows)
    repeat = arrival.form_repeat(event) if form else arrival.json_repeat()
    if repeat is None:
        return None, arrival
    seen_before = connection.scalar(
        select(func.max(Response.number)).where(
            Response.attempt_id == attempt.id,
            Response.item_id == item_id,
            Response.counts,
            Response.number < repeat.number,
        )
    )
    stale = repeat.base < (seen_before or 0)
    return Saved(repeat.number, stale, unclear_hint(item, answer)), arrival


def append_answer(
    connection: Connection, attempt: Attempt | LockedAttempt, arrival: _Arrival, *, now: datetime
) -> Saved:
    """Append the answer under the next number; the attempt must be locked and open.

    An empty answer that did not see the current one (a forgotten tab) is kept and does not count.
    """
    number = arrival.top + 1
    event = arrival.free_event(number)
    if event is None or (event != arrival.event and _is_taken(connection, attempt.id, event)):
        raise SameEventError
    stale = arrival.base < arrival.current
    _APPEND.run(
        connection,
        attempt_id=attempt.id,
        item_id=arrival.item.id,
        number=number,
        event=event,
        base=arrival.base,
        answer=arrival.stored,
        given_at=now,
        counts=bool(arrival.answer) or not stale,
    )
    return Saved(number, stale, unclear_hint(arrival.item, arrival.answer))


def _read(item: Item, raw: object, seed: int) -> Answer:
    try:
        return read_answer(item, raw, seed=seed)
    except ContentTooLongError as error:
        limit = f"{error.limit:,}".replace(",", ".")
        raise AnswerTooLongError(
            _("Jawaban terlalu panjang. Paling banyak %(limit)s huruf.", limit=limit)
        ) from error
    except AnswerShapeError as error:
        raise NotAnAnswerError(said(error.sentence)) from error


@dataclass(frozen=True, slots=True)
class _Row:
    """One saved response, as far as saving the next one needs it."""

    item_id: str
    number: int
    event: UUID
    base: int
    answer: str
    counts: bool


class _Arrival:
    """An answer that has come in, beside what is saved already: the latest of its item, and its event."""

    def __init__(
        self, item: Item, answer: Answer, stored: str, base: int, event: UUID, rows: list[_Row]
    ) -> None:
        self.item = item
        self.answer = answer
        self.stored = stored
        self.base = base
        #: Under which it is saved, unless that is taken: what came, or what a form's was turned into.
        self.event = event
        self.same_event = next((row for row in rows if row.event == event), None)
        own = [row for row in rows if row.item_id == item.id]
        #: The highest number given, and the highest one that counts.
        self.top = max((row.number for row in own), default=0)
        self.current = max((row.number for row in own if row.counts), default=0)
        self._latest = [row for row in own if row.number in {self.top, self.current}]
        self._form = False

    def json_repeat(self) -> _Row | None:
        """Return what this event saved; None if it is new, refused if it saved another answer."""
        found = self.same_event
        if found is not None and (found.item_id, found.answer) != (self.item.id, self.stored):
            raise SameEventError
        return found

    def form_repeat(self, sent: UUID) -> _Row | None:
        """Return the item's latest answer if it is this very one, saved under *sent* or derived from it."""
        self._form = True
        for row in self._latest:
            if row.answer == self.stored and row.event in {sent, self.event, self._again(row.number)}:
                return row
        return None

    def free_event(self, number: int) -> UUID | None:
        """Return the event to save under as *number*; None where there is none left."""
        if self.same_event is None:
            return self.event
        return self._again(number) if self._form else None

    def _again(self, number: int) -> UUID:
        """Derive once more, for A, B and A again: the same base and answer, and another number."""
        return uuid5(self.event, f"{self.item.id}:{number}")


def _related(connection: Connection, attempt_id: int, item_id: str, event: UUID, derived: UUID) -> list[_Row]:
    """Return the latest rows of the item and those of the events; refuse an item that is not asked."""
    rows = _RELATED.run(connection, attempt=attempt_id, item=item_id, event=event, derived=derived)
    if not rows:
        raise NotAnAnswerError(_NOT_ASKED)
    # An item without an answer so far is one row without a number.
    return [_Row(*row) for row in rows if row[1] is not None]


def _build_related() -> Select[*tuple[Any, ...]]:
    of_attempt = Response.attempt_id == bindparam("attempt")
    of_item = and_(of_attempt, Response.item_id == bindparam("item"))
    latest = select(func.max(Response.number)).where(of_item)
    counting = latest.where(Response.counts)
    return (
        select(
            Response.item_id,
            Response.number,
            Response.event,
            Response.base,
            Response.answer,
            Response.counts,
        )
        .select_from(AttemptItem)
        .outerjoin(
            Response,
            # Each on its own finds its row by an index, however many answers the attempt has.
            or_(
                and_(of_attempt, Response.event == bindparam("event")),
                and_(of_attempt, Response.event == bindparam("derived")),
                and_(of_item, Response.number == latest.scalar_subquery()),
                and_(of_item, Response.number == counting.scalar_subquery()),
            ),
        )
        .where(AttemptItem.attempt_id == bindparam("attempt"), AttemptItem.item_id == bindparam("item"))
    )


#: Put together once: this is done for every answer. The lock is a statement of its own, because one that
#: waits for a lock would read the other tables as they were before.
_LOCKED = Direct(
    select(
        Attempt.id,
        Attempt.number,
        Attempt.revision_id,
        Attempt.seed,
        Attempt.deadline,
        Attempt.handed_in_at,
    )
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .where(Attempt.uuid == bindparam("uuid"), Enrolment.user_id == bindparam("learner"))
    .with_for_update(of=Attempt)
)
_RELATED = Direct(_build_related())
_APPEND = Direct(
    insert(cast(Table, Response.__table__)).inline(),
    *("attempt_id", "item_id", "number", "event", "base", "answer", "given_at", "counts"),
)


def _is_taken(connection: Connection, attempt_id: int, event: UUID) -> bool:
    found = select(Response.id).where(Response.attempt_id == attempt_id, Response.event == event)
    return connection.scalar(found) is not None
