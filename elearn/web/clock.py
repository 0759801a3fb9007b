"""The only reader of the clock."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return this moment, with its zone."""
    return datetime.now(UTC)
