"""The catalogue's search: courses first, then the lessons in which the words stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from elearn.pages.catalogue.views import course_card
from elearn.records import reading
from elearn.records.accounts.queries import Viewer
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.models import CourseState
from elearn.records.catalogue.queries import LiveCourse
from elearn.records.search.queries import search
from elearn.web.clock import utc_now
from elearn.web.extensions import current_session

#: Letters that are looked at of what somebody typed.
LONGEST = 100


def results(connection: Any, courses: Sequence[LiveCourse], typed: str, category: str) -> dict[str, Any]:
    """Return what the page of results shows of *courses*, those of one *category* if one is given."""
    within = [one for one in courses if not category or one.release.category == category]
    cards = {one.course_id: course_card(one) for one in within}
    topics = [cards[one.course_id].topic for one in within]
    found = search(connection, [one.release for one in within], typed, topics=topics)
    return {
        "q": typed,
        "found": found,
        "courses": [card for course_id, card in cards.items() if course_id in found.course_ids],
    }


def own_courses(connection: Any, viewer: Viewer) -> list[LiveCourse]:
    """Return *viewer*'s courses that the catalogue does not list any more: they find them all the same."""
    return [
        LiveCourse(
            one.course_id, one.slug, one.course_state, catalogue.release_view(connection, one.release_id)
        )
        for one in reading.home_view(current_session(), viewer, utc_now())
        if one.course_state != CourseState.LISTED
    ]
