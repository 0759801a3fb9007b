"""Where the migrations and the starter courses are."""

from pathlib import Path

PACKAGE = Path(__file__).parent.parent


def _folder(name: str) -> Path:
    # Beside the package in a checkout, inside it when installed from a wheel.
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def migrations_folder() -> Path:
    """Return the folder of the Alembic migrations."""
    return _folder("migrations")


def courses_folder() -> Path:
    """Return the folder of the starter courses."""
    return _folder("courses")
