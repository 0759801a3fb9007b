"""The headers every answer carries: nothing foreign is loaded, framed, guessed or kept by others."""

from __future__ import annotations

from flask import Flask, Response, g

from elearn.web.settings import Settings

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
#: For course media opened on their own: nothing in them runs, loads or submits.
MEDIA_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
FOR_EVERYBODY = "public, max-age=31536000, immutable"
#: A page that visitors share: a proxy keeps it, and asks again each time whether it is still so.
FOR_VISITORS = "public, max-age=0, must-revalidate"
FOR_ONE = "private, no-cache"

_FIXED = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    ),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)


def fixed_headers(app: Flask) -> tuple[tuple[str, str], ...]:
    """Return what every answer of *app* says unless a view says otherwise."""
    settings: Settings = app.extensions["elearn_settings"]
    if settings.secure:
        return (*_FIXED, ("Strict-Transport-Security", "max-age=31536000"))
    return _FIXED


def init_app(app: Flask) -> None:
    """Add the headers to every answer of *app*; a view that set one of them keeps its own."""
    settings: Settings = app.extensions["elearn_settings"]
    fixed: tuple[tuple[str, str], ...] = _FIXED
    if settings.secure:
        fixed = (*_FIXED, ("Strict-Transport-Security", "max-age=31536000"))

    named = tuple((name, name.lower(), value) for name, value in fixed)

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        present = {name.lower() for name, _value in headers}
        for name, key, value in named:
            if key not in present:
                headers.add(name, value)
        if not g.get("shared"):
            # Also where nobody has looked at the cookie yet: what is shown depends on it.
            vary = headers.get("Vary")
            if vary is None:
                headers.add("Vary", "Cookie")
            elif "Cookie" not in vary:
                headers["Vary"] = f"{vary}, Cookie"
        return response
