"""A site with one course on a database of its own, and people who visit it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from elearn.app import create_app
from elearn.records import engines
from elearn.records.accounts import passwords
from elearn.records.accounts import services as accounts
from elearn.records.accounts.models import Role, User
from elearn.records.audit.models import Way
from elearn.records.authoring import publish
from elearn.records.catalogue.models import Origin
from elearn.web import clock
from elearn.web.settings import Settings

NOW = datetime(2026, 11, 23, 3, 42, tzinfo=UTC)
PASSWORD = "kopi-hitam-7"
COURSE = Path(__file__).parent / "kursus"


@dataclass
class Person:
    """Someone with an account and a browser."""

    user_id: int
    name: str
    key: str
    client: FlaskClient
    password: str = PASSWORD


@dataclass
class Page:
    """What a browser got, with what tests ask of it."""

    status: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)
    location: str = ""

    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.text)
        found = found or re.search(r'name="csrf-token" content="([^"]+)"', self.text)
        assert found, "no token on this page"
        return unescape(found[1])

    def fields(self) -> dict[str, list[str]]:
        """Return the hidden fields of the page."""
        found: dict[str, list[str]] = {}
        for tag in re.findall(r"<input[^>]*>", self.text):
            said = {name: unescape(value) for name, value in re.findall(r'(\w+)="([^"]*)"', tag)}
            if said.get("type") == "hidden":
                found.setdefault(said["name"], []).append(said.get("value", ""))
        return found


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash as little as argon2 lets one: these tests sign in hundreds of times."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(scope="session")
def published_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the course of this folder in it, to be copied."""
    path = tmp_path_factory.mktemp("published") / "published.db"
    shutil.copy(sqlite_template, path)
    files = {
        str(file.relative_to(COURSE)): file.read_bytes()
        for file in sorted(COURSE.rglob("*"))
        if file.is_file()
    }
    engine = engines.make_engine(f"sqlite:///{path}", reading=False)
    with Session(engine) as session:
        publish(
            session,
            slug="dapur-halal",
            files=files,
            note="",
            origin=Origin.FOLDER,
            actor=None,
            way=Way.COMMAND,
            now=NOW,
            today=NOW.date(),
        )
        session.commit()
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> Settings:
    wants_course = "course" in request.fixturenames
    template = request.getfixturevalue("published_template") if wants_course else sqlite_template
    shutil.copy(template, tmp_path / "elearn.sqlite3")
    return Settings(
        data_dir=tmp_path,
        secret_key="0123456789abcdefghijklmnopqrstuvwxyz-kunci-uji",
        base_url="https://kelas.example",
    )


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Callable[..., datetime]:
    """The clock of the site; call it with what has passed meanwhile."""
    state = {"now": NOW}

    def tick(**passed: float) -> datetime:
        state["now"] += timedelta(**passed)
        return state["now"]

    def utc_now() -> datetime:
        return state["now"]

    for module in _modules_with_a_clock():
        monkeypatch.setattr(module, "utc_now", utc_now)
    return tick


def _modules_with_a_clock() -> list[Any]:
    import sys

    import elearn.app  # noqa: F401

    return [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("elearn") and getattr(module, "utc_now", None) is clock.utc_now
    ] + [clock]


@pytest.fixture
def app(settings: Settings, now: Callable[..., datetime]) -> Iterator[Flask]:
    application = create_app(settings)
    application.config["TESTING"] = False
    application.config["PROPAGATE_EXCEPTIONS"] = False
    yield application
    with application.app_context():
        from elearn.web.extensions import db

        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def make_client(app: Flask) -> Callable[[], FlaskClient]:
    """Make a new browser, which speaks https as the site's address says."""

    def make() -> FlaskClient:
        client = app.test_client()
        client.environ_base = {
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "https",
            "HTTP_HOST": "kelas.example",
            "HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 12) Chrome/140",
        }
        return client

    return make


@pytest.fixture
def visitor(make_client: Callable[[], FlaskClient]) -> FlaskClient:
    return make_client()


@pytest.fixture
def records(app: Flask) -> Callable[[], Any]:
    """A session of one's own, outside any request: ``with records() as session``."""

    @contextmanager
    def make() -> Iterator[Session]:
        with app.app_context():
            from elearn.web.extensions import db

            with Session(db.engine) as session:
                yield session
                session.commit()

    return make


def get(client: FlaskClient, address: str, **headers: str) -> Page:
    response = client.get(address, base_url="https://kelas.example", headers=headers)
    return _page(response)


def post(client: FlaskClient, address: str, data: Any = None, **headers: str) -> Page:
    response = client.post(address, data=data, base_url="https://kelas.example", headers=headers)
    return _page(response)


def send(client: FlaskClient, page: Page, address: str, **data: Any) -> Page:
    """Post the form of *page* to *address* with its token."""
    return post(client, address, {"csrf_token": page.token(), **data})


def _page(response: Any) -> Page:
    return Page(
        response.status_code,
        response.get_data(as_text=True),
        dict(response.headers),
        response.headers.get("Location", ""),
    )


@pytest.fixture
def make_person(records: Any, make_client: Callable[[], FlaskClient]) -> Callable[..., Person]:
    """Make somebody with an account, signed in unless told otherwise."""
    count = {"n": 0}

    def make(
        *roles: Role, name: str = "Sari Wulandari", signed_in: bool = True, regency: str | None = "18.71"
    ) -> Person:
        count["n"] += 1
        key = f"0812345670{count['n']:02d}"
        with records() as session:
            user = accounts.sign_up(
                session,
                name=name,
                key=key,
                password=PASSWORD,
                regency=regency,
                consent_version="uji",
                today=NOW.date(),
                now=NOW,
            )
            admin = user
            for role in roles:
                accounts.grant_role(session, user, role, actor=admin, way=Way.COMMAND, now=NOW)
            user_id = user.id
        person = Person(user_id, name, key, make_client())
        if signed_in:
            sign_in(person)
        return person

    return make


def sign_in(person: Person) -> Page:
    page = get(person.client, "/masuk")
    answer = send(person.client, page, "/masuk", kunci=person.key, sandi=person.password)
    assert answer.status == 303, answer.text
    return answer


@pytest.fixture
def learner(make_person: Callable[..., Person]) -> Person:
    return make_person()


@pytest.fixture
def course() -> str:
    """The course of this folder, published before the site started (see `settings`)."""
    return "dapur-halal"


@pytest.fixture
def statements(app: Flask) -> Callable[[], Any]:
    """Count the statements of what stands in its ``with`` block."""

    @contextmanager
    def count() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if statement.lstrip().split(None, 1)[0].upper() in {
                "SELECT",
                "INSERT",
                "UPDATE",
                "DELETE",
                "WITH",
            }:
                seen.append(statement)

        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)

    return count


def user_of(session: Session, person: Person) -> User:
    found = session.get(User, person.user_id)
    assert found is not None
    return found
