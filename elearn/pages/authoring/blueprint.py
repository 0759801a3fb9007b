"""The blueprint of the trainers' room, and what all its views begin with."""

from __future__ import annotations

import re
import unicodedata

from flask import Blueprint

from elearn.records.catalogue.models import Course
from elearn.records.catalogue.queries import course_of_trainer
from elearn.web.desk import Reading
from elearn.web.extensions import current_session
from elearn.web.sessions import current_viewer

bp = Blueprint("authoring", __name__, url_prefix="/pelatih", template_folder="templates")


def own_course(slug: str, reading: Reading | None = None) -> Course:
    """Return the course *slug* of whoever is signed in; somebody else's is "not found".

    It comes from the session of the request, or from *reading* (`web.desk.looking`).
    """
    return course_of_trainer(reading or current_session(), current_viewer().id, slug)


def propose_slug(title: str) -> str:
    """Make the name in the address from *title*: lower case, digits and single hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].rstrip("-")
