"""The one list of what course HTML may hold, and the two sanitisers that keep it.

First bleach, then nh3: bleach is no longer maintained, so the maintained one has the last word.
Both ask the same question of every attribute, with its value decoded.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping

import bleach
import nh3

from elearn.content.markup.addresses import SCHEMES, is_allowed, is_own
from elearn.content.markup.characters import fit
from elearn.content.markup.surroundings import ANCHOR_PREFIX

Check = Callable[[str], bool]


def _one_of(*values: str) -> Check:
    return frozenset(values).__contains__


def _like(pattern: str) -> Check:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _anything(_value: str) -> bool:
    return True


_ID = _like(re.escape(ANCHOR_PREFIX) + r"[^\s\"'<>&]{1,200}")
_NUMBER = _like(r"[0-9]{1,9}")

#: Every element that course HTML may hold, with its attributes and what they may say.
ALLOWED: Mapping[str, Mapping[str, Check]] = {
    "a": {
        "href": is_allowed,
        "title": _anything,
        "rel": _one_of("noopener nofollow"),
        "id": _ID,
        "class": _one_of("term"),
        "aria-label": _anything,
    },
    "abbr": {"title": _anything},
    "b": {},
    "blockquote": {},
    "br": {},
    "code": {},
    "dd": {},
    "del": {},
    "details": {},
    "div": {
        "class": _one_of("scroll", "scroll stack", "note info", "note ok", "note warn", "note bad"),
        "tabindex": _one_of("0"),
        "role": _one_of("region"),
        "aria-label": _anything,
    },
    "dl": {},
    "dt": {},
    "em": {},
    "h1": {"id": _ID},
    "h2": {"id": _ID},
    "h3": {"id": _ID},
    "h4": {"id": _ID},
    "h5": {"id": _ID},
    "h6": {"id": _ID},
    "hr": {},
    "img": {
        "src": is_own,
        "alt": _anything,
        "title": _anything,
        "width": _NUMBER,
        "height": _NUMBER,
        "loading": _one_of("lazy"),
    },
    "input": {
        "type": _one_of("checkbox"),
        "name": _one_of("c"),
        "value": _like("c-[a-z0-9]{6,80}"),
        "checked": _one_of(""),
        "disabled": _one_of(""),
    },
    "label": {},
    "li": {"id": _ID},
    "ol": {"start": _NUMBER},
    "p": {},
    "pre": {},
    "section": {"class": _one_of("footnotes"), "aria-label": _anything},
    "strong": {},
    "summary": {},
    "sup": {},
    "table": {},
    "tbody": {},
    "td": {"class": _one_of("n", "mid"), "data-l": _anything},
    "th": {"class": _one_of("n", "mid"), "scope": _one_of("col", "row")},
    "thead": {},
    "tr": {},
    "ul": {"class": _one_of("checks")},
}

_CLEANERS = threading.local()


def _holds(tag: str, attribute: str, value: str) -> bool:
    check = ALLOWED.get(tag, {}).get(attribute)
    return check is not None and check(value)


def _kept(tag: str, attribute: str, value: str) -> str | None:
    return value if _holds(tag, attribute, value) else None


def _bleach() -> bleach.Cleaner:
    # A cleaner must not be shared between threads, and building one costs more than a short text.
    cleaner: bleach.Cleaner | None = getattr(_CLEANERS, "cleaner", None)
    if cleaner is None:
        cleaner = bleach.Cleaner(tags=set(ALLOWED), attributes=_holds, protocols=set(SCHEMES))
        _CLEANERS.cleaner = cleaner
    return cleaner


def sanitise(html: str) -> str:
    """Return *html* with nothing in it that is not on the list."""
    clean = nh3.clean(
        _bleach().clean(fit(html)),
        tags=set(ALLOWED),
        attributes={tag: set(attributes) for tag, attributes in ALLOWED.items()},
        attribute_filter=_kept,
        url_schemes=set(SCHEMES),
        link_rel=None,
        strip_comments=True,
    )
    return fit(clean)
