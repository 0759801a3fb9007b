"""Public pages from memory: what a page's one statement decides, under which keys, and the way around Flask.

A lesson that was shown before is answered before Flask is asked (`web.front`): one statement, a look
into memory, a copy. Whatever is not there, or is not quite ordinary, goes the usual way, through the
views of `routes`, which keep what they make under the keys of this file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask

from elearn.content.compiler import COMPILER_VERSION
from elearn.pages.catalogue import lessons
from elearn.records import reading
from elearn.records.accounts.queries import token_digest
from elearn.records.catalogue.cache import BoundedCache
from elearn.web import sessions, splice
from elearn.web.clock import utc_now
from elearn.web.extensions import read_engine
from elearn.web.front import Asked
from elearn.web.headers import FOR_ONE, FOR_VISITORS
from elearn.web.language import spoken_to
from elearn.web.settings import Settings
from elearn.web.templating import build

#: Frames of pages and pages put together that are kept per process, in bytes.
KEPT = 12_000_000
_LESSON = re.compile(r"/kursus/([a-z0-9-]+)/([a-z0-9-]+)")

Key = tuple[Any, ...]


def kept(app: Flask) -> BoundedCache[Any]:
    """Return what this process keeps of pages; bound to the application, because its database is."""
    found: BoundedCache[Any] | None = app.extensions.get("elearn_pages")
    if found is None:
        found = app.extensions.setdefault("elearn_pages", BoundedCache[Any](KEPT))
    return found


def home_key(language: str, releases: tuple[int, ...]) -> Key:
    """Return what the visitors' catalogue is kept under."""
    return ("visitors home", build(), COMPILER_VERSION, language, releases)


def lesson_key(state: reading.LessonState) -> Key:
    """Return what decides the text of a lesson; a release never changes."""
    return (build(), COMPILER_VERSION, state.release_id, state.module_id)


def known_lesson_key(lesson: Key) -> Key:
    """Return what the plain values of a lesson are kept under."""
    return ("known lesson", *lesson)


def visitors_lesson_key(lesson: Key, state: reading.LessonState, language: str, *, stale: bool) -> Key:
    """Return what a visitor's lesson is kept under."""
    return ("visitors lesson", language, *lesson, state.last_shared, state.course_state, stale)


def members_lesson_key(
    lesson: Key, state: reading.LessonState, language: str, said: str, *, stale: bool
) -> Key:
    """Return what a lesson is kept under as those see it who stand alike."""
    return (
        "members lesson",
        language,
        *lesson,
        state.viewer.roles if state.viewer is not None else None,
        state.enrolment_id is not None,
        state.completed,
        state.read,
        state.ticks,
        state.open_attempt is not None,
        state.completed_at is not None,
        state.last_shared,
        state.course_state,
        said,
        stale,
    )


def from_memory(app: Flask, asked: Asked) -> splice.Answer | None:
    """Answer the catalogue (to visitors) and lessons from memory; None where Flask has to."""
    found = _LESSON.fullmatch(asked.path)
    if found is None and asked.path != "/":
        return None
    held = None if asked.cookie is None else sessions.known(app, asked.cookie)
    # A message that waits to be shown is taken out of the cookie, which is Flask's to do.
    if asked.cookie is not None and (held is None or "_flashes" in held):
        return None
    if held is None or "_user_id" not in held:
        return _visitors_lesson(app, asked, found[1], found[2]) if found is not None else _home(app, asked)
    return _members_lesson(app, asked, held, found[1], found[2]) if found is not None else None


def lesson_state(asked: object, course: str, module: str) -> reading.LessonState | None:
    """Return what the front has just asked the database for this very request, else ask now."""
    if isinstance(asked, Asked) and isinstance(asked.found, reading.LessonState):
        return asked.found
    return reading.lesson_view(read_engine(), sessions.token_digest(), course, module, utc_now())


def _home(app: Flask, asked: Asked) -> splice.Answer | None:
    spoken = spoken_to(app, None, asked.language)
    ready: splice.Ready | None = kept(app).peek(home_key(spoken, reading.live_releases(asked.reader)))
    return _to_visitors(ready, asked, spoken)


def _visitors_lesson(app: Flask, asked: Asked, course: str, module: str) -> splice.Answer | None:
    state = asked.found = reading.lesson_view(asked.reader, None, course, module, utc_now())
    if state is None:
        return None
    key = lesson_key(state)
    stale = _is_stale(app, key)
    if stale is None:
        return None
    spoken = spoken_to(app, None, asked.language)
    ready: splice.Ready | None = kept(app).peek(visitors_lesson_key(key, state, spoken, stale=stale))
    return _to_visitors(ready, asked, spoken)


def _to_visitors(ready: splice.Ready | None, asked: Asked, spoken: str) -> splice.Answer | None:
    if ready is None:
        return None
    return splice.send(ready, asked.how, cache_control=FOR_VISITORS, language=spoken)


def _members_lesson(
    app: Flask, asked: Asked, held: Mapping[str, Any], course: str, module: str
) -> splice.Answer | None:
    person, secret = held.get("_user_id"), held.get("csrf_token")
    if not isinstance(person, str) or not isinstance(secret, str):
        return None
    token = sessions.known_csrf_token(secret)
    if token is None:
        return None
    state = asked.found = reading.lesson_view(asked.reader, token_digest(person), course, module, utc_now())
    if state is None or state.viewer is None or not sessions.is_noted(state.viewer):
        return None
    key = lesson_key(state)
    stale = _is_stale(app, key)
    if stale is None:
        return None
    spoken = spoken_to(app, state.viewer, asked.language)
    page: splice.Page | None = kept(app).peek(members_lesson_key(key, state, spoken, "", stale=stale))
    if page is None:
        return None
    digest = sessions.secret_digest(secret)
    account = sessions.account_name(app.config["SECRET_KEY"], state.viewer.id)
    return splice.respond(
        page, asked.how, cache_control=FOR_ONE, language=spoken, token=token, secret=digest, account=account
    )


def _is_stale(app: Flask, key: Key) -> bool | None:
    lesson: lessons.LessonPage | None = kept(app).peek(known_lesson_key(key))
    if lesson is None:
        return None
    settings: Settings = app.extensions["elearn_settings"]
    return lessons.is_stale(lesson.review_on, utc_now().astimezone(settings.timezone).date())
