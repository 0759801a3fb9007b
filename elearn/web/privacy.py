"""The privacy text people agree to, and who is asked again; its words stand in `account/privacy.html`."""

from __future__ import annotations

from elearn.records.accounts.consents import has_agreed
from elearn.web import sessions
from elearn.web.extensions import current_session

#: Raised with every change of what is kept or why; whoever agreed, agreed to a version.
PRIVACY_VERSION = "2026-11-25"


def asks_consent() -> bool:
    """Say whether to ask the one signed in to read the text and agree: never before they go on reading."""
    viewer = sessions.viewer()
    return viewer is not None and not has_agreed(current_session(), viewer.id, PRIVACY_VERSION)
