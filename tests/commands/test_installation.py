"""`elearn init`, `serve` and `demo`, and everything about an installation that can be wrong before they work."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.commands.conftest import Installation, Run
from tests.faults.server import ROOT, Visitor, environment, free_port
from tests.faults.server import run as run_process

LINK = re.compile(r"https://kelas\.example/aktivasi/\S+")
#: Every command that opens the database; none of them may work on a wrong one.
OPENERS = [
    ["courses", "list"],
    ["courses", "publish", "."],
    ["users", "list"],
    ["users", "create", "--role", "admin", "--name", "A", "--username", "ab"],
    ["certificates", "revoke", "0" * 27, "--reason", "x"],
    ["doctor"],
]
PREPARERS = [["init"], ["serve", "--port", "1"]]


def name(words: list[str]) -> str:
    return " ".join(words[:2])


@pytest.fixture
def small_start(monkeypatch: pytest.MonkeyPatch, course: Path) -> None:
    """Let `init` publish one small course instead of the starter courses."""
    monkeypatch.setattr(import_module("elearn.commands.database"), "courses_folder", lambda: course.parent)


@pytest.fixture
def any_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every port be free, and nothing be served on it."""
    serving = import_module("elearn.commands.serving")
    monkeypatch.setattr(serving, "check_port", lambda *_: None)
    monkeypatch.setattr(serving, "run_server", lambda *_: pytest.fail("it served"))


# --- init --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_start")
def test_init_makes_everything_and_the_second_time_nothing(run: Run, tmp_path: Path):
    first = run("init")

    assert first.code == 0
    assert "Kursus diterbitkan: contoh" in first.out
    assert len(LINK.findall(first.out)) == 1
    made = Installation(tmp_path / "data")
    before = made.content()
    again = run("init")
    assert (again.code, again.out) == (0, "Basis data siap.\n")
    assert made.content() == before
    assert run("courses", "list").out == "contoh\tlisted\tterbitan ke-1\tContoh\n"


def test_init_leaves_courses_alone_where_there_are_some(run: Run, installation: Installation, course: Path):
    run("courses", "publish", course)

    assert "Kursus diterbitkan" not in run("init").out
    assert run("courses", "list").out.count("\n") == 1


# --- A database that is not the one this code was written for -----------------------------------------


@pytest.mark.usefixtures("any_port")
@pytest.mark.parametrize("words", [*OPENERS, *PREPARERS], ids=name)
def test_a_database_newer_than_the_code_is_left_alone(run: Run, installation: Installation, words: list[str]):
    installation.execute("UPDATE alembic_version SET version_num = 'f00dfeedbeef'")
    before = installation.content()

    assert "versi program yang lebih baru" in run(*words).sentence
    assert installation.content() == before


@pytest.mark.usefixtures("any_port")
@pytest.mark.parametrize("words", [*OPENERS, *PREPARERS], ids=name)
def test_a_database_of_another_program_is_left_alone(run: Run, tmp_path: Path, words: list[str]):
    foreign = Installation(tmp_path / "data")
    foreign.data.mkdir()
    foreign.execute("CREATE TABLE invoices (number INTEGER)")
    before = foreign.content()

    assert "tabel program lain" in run(*words).sentence
    assert foreign.content() == before


@pytest.mark.parametrize("words", OPENERS, ids=name)
def test_an_empty_database_is_told_what_makes_it(run: Run, tmp_path: Path, words: list[str]):
    assert "elearn init" in run(*words).sentence
    assert not (tmp_path / "data").exists()


@pytest.fixture
def newer_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Code with one migration more than the database has."""
    migrations = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", migrations, ignore=shutil.ignore_patterns("__pycache__"))
    head = max(path.stem for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))
    revision = re.search(
        r'^revision.*=\s*"(\w+)"', (migrations / "versions" / f"{head}.py").read_text(), re.M
    )
    assert revision is not None
    (migrations / "versions" / "9999_one_more.py").write_text(
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        f'revision, down_revision = "9999", "{revision[1]}"\n'
        "branch_labels = depends_on = None\n"
        'def upgrade():\n    op.create_table("one_more", sa.Column("id", sa.Integer))\n'
        'def downgrade():\n    op.drop_table("one_more")\n'
    )
    monkeypatch.setattr(import_module("elearn.commands.database"), "migrations_folder", lambda: migrations)


@pytest.mark.usefixtures("newer_code")
@pytest.mark.parametrize("words", OPENERS, ids=name)
def test_an_older_database_is_told_what_upgrades_it(run: Run, installation: Installation, words: list[str]):
    before = installation.content()

    told = run(*words).sentence

    assert "elearn init" in told
    assert installation.content() == before


@pytest.mark.usefixtures("newer_code", "small_start")
def test_init_upgrades_an_older_database_and_keeps_what_is_in_it(run: Run, installation: Installation):
    installation.execute("INSERT INTO installation_facts (name, value) VALUES ('kept', 'yes')")

    assert run("init").code == 0
    assert any("CREATE TABLE one_more" in line for line in installation.content())
    connection = sqlite3.connect(installation.file)
    assert connection.execute("SELECT value FROM installation_facts WHERE name = 'kept'").fetchall() == [
        ("yes",)
    ]
    connection.close()


@pytest.mark.parametrize("words", [["courses", "list"], ["init"]], ids=name)
def test_a_file_that_is_no_database_is_told(run: Run, tmp_path: Path, words: list[str]):
    file = tmp_path / "data" / "elearn.sqlite3"
    file.parent.mkdir()
    file.write_bytes(b"catatan kas, bukan basis data\n" * 100)
    before = file.read_bytes()

    assert run(*words).sentence.startswith("Basis data tidak bisa dipakai")
    assert file.read_bytes() == before


def test_a_database_server_that_does_not_answer_is_told(run: Run, monkeypatch: pytest.MonkeyPatch):
    url = f"postgresql://elearn:rahasia-besar@127.0.0.1:{free_port()}/elearn"
    monkeypatch.setenv("ELEARN_DATABASE_URL", url)

    told = run("courses", "list").sentence

    assert told.startswith("Basis data tidak bisa dipakai")
    assert "rahasia-besar" not in told


def test_another_secret_key_than_the_databases_is_refused(
    run: Run, installation: Installation, monkeypatch: pytest.MonkeyPatch
):
    assert run("courses", "list").code == 0
    monkeypatch.setenv("ELEARN_SECRET_KEY", "another-key-for-tests-9876543210-zyxwvutsrq")

    assert "ELEARN_SECRET_KEY" in run("courses", "list").sentence


# --- Settings and folders ----------------------------------------------------------------------------


@pytest.mark.parametrize("words", [["init"], ["courses", "list"], ["doctor"]], ids=name)
def test_a_file_in_the_place_of_the_data_folder_is_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
):
    (tmp_path / "data").write_text("bukan folder", "utf-8")
    for secret in ("", "a-key-for-tests-only-0123456789-abcdefghij"):
        monkeypatch.setenv("ELEARN_SECRET_KEY", secret)

        told = run(*words).sentence
        assert str(tmp_path / "data") in told
        assert "ELEARN_DATA_DIR" in told
        assert (tmp_path / "data").read_text("utf-8") == "bukan folder"


@pytest.mark.parametrize("words", [["init"], ["serve"], ["courses", "list"], ["demo"]], ids=name)
def test_a_wrong_setting_is_named_and_nothing_is_made(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
):
    monkeypatch.setenv("ELEARN_TIMEZONE", "Asia/Atlantis")
    more = ["--data", str(tmp_path / "demo")] if words == ["demo"] else []

    assert "ELEARN_TIMEZONE" in run(*words, *more).sentence
    assert not (tmp_path / "data").exists()
    assert not (tmp_path / "demo").exists()


def test_an_unknown_setting_in_the_file_is_named(run: Run):
    Path(".env").write_text("ELEARN_BASE_ULR=https://kelas.example\n", "utf-8")

    assert "Maksudnya ELEARN_BASE_URL?" in run("init").sentence


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_in_use_is_told_before_anything_is_made(run: Run, tmp_path: Path, command: str):
    more = ["--data", str(tmp_path / "demo")] if command == "demo" else []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert f"Port {port} sedang dipakai" in run(command, "--port", port, *more).sentence
    assert not (tmp_path / "data").exists()
    assert not (tmp_path / "demo").exists()


def test_an_address_that_is_not_this_machines_is_told(run: Run):
    assert "192.0.2.1" in run("serve", "--host", "192.0.2.1").sentence


def test_a_failure_of_the_real_process_is_one_sentence_and_one(tmp_path: Path):
    done = run_process(environment(tmp_path / "data", ELEARN_LOG_FORMAT="xml"), "serve")

    assert (done.returncode, done.stdout) == (1, "")
    assert "ELEARN_LOG_FORMAT" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_trace_is_shown_to_who_asks_for_it(tmp_path: Path):
    done = run_process(environment(tmp_path / "data"), "--debug", "courses", "list")

    assert done.returncode != 0
    assert "Traceback" in done.stderr


# --- demo --------------------------------------------------------------------------------------------


class Demo:
    """`elearn demo` in a process of its own, read until it says where it is."""

    def __init__(self, env: dict[str, str], data: Path) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "elearn", "demo", "--data", str(data)),
                *("--port", str(self.port), "--learners", "2"),
            ],
            env=env,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if line.startswith("Berhenti"):
                break

    @property
    def password(self) -> str:
        found = re.search(r"Kata sandi: (\S+)$", self.said, re.MULTILINE)
        assert found is not None, self.said
        return found[1]

    def visitor(self) -> Visitor:
        return Visitor(f"http://127.0.0.1:{self.port}")

    def stop(self) -> str:
        self.process.send_signal(signal.SIGINT)
        _, err = self.process.communicate(timeout=60)
        return err

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()


@pytest.mark.faults
def test_the_demo_comes_up_with_four_people_and_comes_up_again(tmp_path: Path):
    env = environment(tmp_path / "unused")
    del env["ELEARN_SECRET_KEY"]
    passwords = []
    for _ in range(2):
        demo = Demo(env, tmp_path / "demo")
        try:
            assert f"http://127.0.0.1:{demo.port}" in demo.said
            for username in ("admin", "petugas", "pelatih", "peserta"):
                assert username in demo.said
            visitor = demo.visitor()
            wait_until_ready(visitor)
            for username in ("admin", "petugas", "pelatih", "peserta"):
                person = demo.visitor()
                form = {"kunci": username, "sandi": demo.password}
                assert person.post("/masuk", form, csrf=person.get("/masuk").csrf).status == 303
            passwords.append(demo.password)
            err = demo.stop()
        finally:
            demo.kill()
        assert "Traceback" not in err
    assert passwords[0] == passwords[1]
    assert not (tmp_path / "unused").exists()

    refused = run_process(
        env, "demo", "--data", str(tmp_path / "demo"), "--port", str(free_port()), "--password", "lain-lagi-9"
    )
    assert refused.returncode == 1
    assert "Hapus folder itu" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def wait_until_ready(visitor: Visitor) -> None:
    for _ in range(10_000):
        try:
            if visitor.get("/readyz").status == 200:
                return
        except (OSError, http.client.HTTPException):
            continue
    raise AssertionError("the demo did not come up")
