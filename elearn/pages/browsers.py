"""What browsers, phones and search engines ask for by themselves: manifest, icon, what to leave alone."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, g, request
from flask_babel import gettext as _

from elearn.web.guards import public
from elearn.web.language import speaking
from elearn.web.templating import asset, settings, static_files

bp = Blueprint("browsers", __name__)

#: The cloth behind the icon, as the head of every page; the ground while an installed site starts.
CLOTH = "#6b172c"
GROUND = "#faf3e6"
#: These change with a setting or a new version only; a day is soon enough to learn of it.
FOR_A_DAY = "public, max-age=86400"
#: Pages of one person, which a search engine cannot open anyway.
PRIVATE = ("/belajar", "/percobaan/", "/akun", "/aktivasi/", "/pelatih/", "/staf/", "/admin/")


@bp.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """Say what a phone needs to put the site among its programs."""
    with speaking(None):
        text = json.dumps(_manifest(), ensure_ascii=False)
    return _shared(text.encode(), "application/manifest+json")


def _manifest() -> dict[str, Any]:
    site = settings()
    return {
        "id": "/belajar",
        "name": f"{site.site_name}, {site.organisation}",
        "short_name": site.site_name,
        "description": _("Belajar gratis untuk pemilik usaha kecil: kursus, kuis, dan sertifikat."),
        "lang": site.language,
        "dir": "ltr",
        "start_url": "/belajar",
        "scope": "/",
        "display": "standalone",
        "theme_color": CLOTH,
        "background_color": GROUND,
        "categories": ["education", "business"],
        "icons": [
            {"src": asset("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            _icon("icon-192.png", 192, "any"),
            _icon("icon-512.png", 512, "any"),
            _icon("icon-maskable-512.png", 512, "maskable"),
        ],
        "shortcuts": [
            _shortcut(_("Lanjutkan belajar"), "/belajar"),
            _shortcut(_("Pilih kursus"), "/"),
            _shortcut(_("Cek sertifikat"), "/sertifikat"),
        ],
    }


def _icon(name: str, pixels: int, purpose: str) -> dict[str, str]:
    return {"src": asset(name), "sizes": f"{pixels}x{pixels}", "type": "image/png", "purpose": purpose}


def _shortcut(name: str, address: str) -> dict[str, Any]:
    return {"name": name, "url": address, "icons": [_icon("icon-192.png", 192, "any")]}


@bp.get("/favicon.ico")
@public
def favicon() -> Response:
    """Send the icon to what asks for it without having read a page, a shown PDF for instance."""
    return _shared(static_files()["icon-192.png"].plain, "image/png")


@bp.get("/robots.txt")
@public
def robots() -> Response:
    """Tell search engines what is not worth asking for."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)]
    return _shared("\n".join([*lines, ""]).encode(), "text/plain; charset=utf-8")


def _shared(body: bytes, kind: str) -> Response:
    """Send *body* as the same for everybody: no cookie, kept for a day, then asked for by its tag."""
    g.shared = True
    response = Response(body, content_type=kind, headers={"Cache-Control": FOR_A_DAY})
    response.add_etag(weak=True)
    return response.make_conditional(request)  # type: ignore[return-value]
