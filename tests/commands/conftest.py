"""An installation of its own for every test, and its command line."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from elearn import commands
from elearn.records import engines

#: The day on which the courses of the tests are read: some of their dates lie not far ahead.
NOW = datetime(2026, 11, 25, 3, 42, tzinfo=UTC)
COURSES = Path(__file__).parent.parent / "courses"


@dataclass(frozen=True)
class Done:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one sentence of a failure; everything else about it must be as promised."""
        assert self.code == 1, self
        assert "Traceback" not in self.err
        assert self.err.count("\n") == 1, self.err
        return self.err.strip()


@dataclass(frozen=True)
class Installation:
    """A data folder with a database in it."""

    data: Path

    @property
    def file(self) -> Path:
        return self.data / "elearn.sqlite3"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"

    def session(self) -> Session:
        return Session(engines.make_engine(self.url, reading=False))

    def content(self) -> list[str]:
        """Return everything that stands in the database, but for the fingerprint that the first command notes."""
        connection = sqlite3.connect(self.file)
        try:
            return [line for line in connection.iterdump() if '"installation_facts" VALUES' not in line]
        finally:
            connection.close()

    def execute(self, statement: str) -> None:
        connection = sqlite3.connect(self.file)
        try:
            connection.execute(statement)
            connection.commit()
        finally:
            connection.close()


Run = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run `elearn` with the words given, in this process, in an empty folder."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("ELEARN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ELEARN_SECRET_KEY", "a-key-for-tests-only-0123456789-abcdefghij")
    monkeypatch.setenv("ELEARN_BASE_URL", "https://kelas.example")
    monkeypatch.setenv("ELEARN_CONTACT_TEXT", "Kantor dinas, hari kerja")
    monkeypatch.setenv("ELEARN_CERTIFICATE_SIGNER", "Budi Santoso")
    # By its name in the package one gets the group of commands, not the module.
    monkeypatch.setattr(import_module("elearn.commands.courses"), "utc_now", lambda: NOW)

    def run(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["elearn", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            commands.main()
        said = capsys.readouterr()
        code = end.value.code
        assert isinstance(code, int)
        return Done(code, said.out, said.err)

    return run


@pytest.fixture
def installation(run: Run, sqlite_template: Path, tmp_path: Path) -> Installation:
    """An installation whose database is new."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(sqlite_template, data / "elearn.sqlite3")
    return Installation(data)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of a sound course, to be changed."""
    copied = tmp_path / "naskah" / "contoh"
    shutil.copytree(COURSES / "sound" / "contoh", copied, ignore=shutil.ignore_patterns(".elearn.json"))
    return copied
