"""F28: several processes find an empty database at once; one creates, the others wait, and all agree."""

from __future__ import annotations

import contextlib
import http.client
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from elearn.records import engines
from tests.faults.server import ROOT, Site, environment

pytestmark = pytest.mark.faults

ROUNDS = 2
LINK = re.compile(r"/aktivasi/\S+")


def schema_of(url: str) -> dict[str, list[str]]:
    """Return the tables with their columns, and the revision."""
    engine = engines.make_engine(url, reading=True)
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        found = {
            name: sorted(f"{column['name']} {column['type']}" for column in inspector.get_columns(name))
            for name in inspector.get_table_names()
        }
        found["revision"] = list(connection.scalars(sa.text("SELECT version_num FROM alembic_version")))
    engine.dispose()
    return found


def facts_of(url: str) -> tuple[int, int, int]:
    """Return how many admins, one-time codes and releases of one course at most there are."""
    engine = engines.make_engine(url, reading=True)
    with engine.connect() as connection:
        found = tuple(
            connection.scalar(sa.text(query)) or 0
            for query in (
                "SELECT count(*) FROM user_roles WHERE role = 'admin'",
                "SELECT count(*) FROM one_time_codes",
                "SELECT max(number) FROM releases",
            )
        )
    engine.dispose()
    return found  # type: ignore[return-value]


def empty(url: str) -> None:
    """Make the PostgreSQL database at *url* as empty as it was when it was created."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()


def init(env: dict[str, str]) -> subprocess.Popen[str]:
    """Begin `elearn init` and do not wait for it."""
    return subprocess.Popen(
        [sys.executable, "-m", "elearn", "init"],
        env=env,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def begin_together(env: dict[str, str], *, inits: int, servers: int) -> str:
    """Start all of them at once, see that none fails, and return what the inits said."""
    sites = [Site(env) for _ in range(servers)]
    with contextlib.ExitStack() as stack:
        for site in sites:
            stack.callback(site.stop)
            site.launch()
        started = [init(env) for _ in range(inits)]
        said = ""
        for process in started:
            out, err = process.communicate(timeout=300)
            assert (process.returncode, err) == (0, ""), err
            said += out
        for site in sites:
            site.wait_until_ready()
            connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
            connection.request("GET", "/")
            assert connection.getresponse().status == 200
            connection.close()
    return said


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_four_that_start_at_once_on_an_empty_folder_make_one_database(
    tmp_path: Path, make_sqlite: Callable[[], str], round_: int
):
    env = environment(tmp_path / "data")
    # The key is made at the first start too, once.
    del env["ELEARN_SECRET_KEY"]

    said = begin_together(env, inits=2 + 2 * round_, servers=2 - 2 * round_)

    url = f"sqlite:///{tmp_path / 'data' / 'elearn.sqlite3'}"
    assert schema_of(url) == schema_of(make_sqlite())
    assert facts_of(url) == (1, 1, 1)
    assert len(LINK.findall(said)) == 1
    assert len((tmp_path / "data" / "secret_key").read_text()) >= 32


def test_four_that_start_at_once_on_an_empty_postgresql_make_one_schema(
    tmp_path: Path, make_postgresql: Callable[[], str]
):
    url, fresh = make_postgresql(), make_postgresql()
    empty(url)

    said = begin_together(environment(tmp_path / "data", url), inits=2, servers=2)

    assert schema_of(url) == schema_of(fresh)
    assert facts_of(url) == (1, 1, 1)
    assert len(LINK.findall(said)) == 1
