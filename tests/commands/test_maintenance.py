"""`elearn maintenance`: closed and open again, with words and a time, and a file for the proxy."""

from __future__ import annotations

import json
import re

import pytest

from elearn.records.audit.models import AuditEvent
from elearn.records.installation import InstallationFact
from elearn.web.maintenance import Maintenance


def known(installation):
    with installation.session() as session:
        fact = session.get(InstallationFact, "maintenance")
        return None if fact is None else Maintenance.from_text(fact.value)


def test_the_site_is_closed_and_opened_with_a_trail(installation, run):
    closed = run("maintenance", "on", "--until", "2999-11-26 08.00", "--message", "Pindah server.")
    assert closed.code == 0, closed.err
    assert "26 November 2999, 08.00 WIB" in closed.out
    assert known(installation).message == "Pindah server."
    assert known(installation).until.isoformat() == "2999-11-26T08:00:00+07:00"

    assert run("maintenance", "on", "--message", "Hampir selesai.").code == 0
    assert known(installation) == Maintenance(None, "Hampir selesai.")
    assert run("maintenance", "off").out == "Situs terbuka lagi.\n"
    assert known(installation) is None
    assert run("maintenance", "off").out == "Situs memang sedang terbuka.\n"

    with installation.session() as session:
        trail = [
            (event.action, json.loads(event.before).get("message"), json.loads(event.after).get("message"))
            for event in session.query(AuditEvent).order_by(AuditEvent.id)
            if event.action.startswith("maintenance.")
        ]
    assert trail == [
        ("maintenance.begin", None, "Pindah server."),
        ("maintenance.begin", "Pindah server.", "Hampir selesai."),
        ("maintenance.end", "Hampir selesai.", None),
    ]


def test_an_hour_is_the_next_time_it_comes(installation, run):
    assert run("maintenance", "on", "--until", "00.05").code == 0

    until = known(installation).until
    assert (until.hour, until.minute) == (0, 5)


@pytest.mark.parametrize("text", ["besok", "25.00", "10.75", "2026-13-01 10.00", "", "2001-01-01 10.00"])
def test_a_time_that_makes_no_sense_is_refused_with_an_example(installation, run, text):
    done = run("maintenance", "on", "--until", text)

    if text:
        assert "--until" in done.sentence
        assert known(installation) is None
    else:
        assert done.code == 0


def test_words_that_are_too_long_are_refused(installation, run):
    assert "500" in run("maintenance", "on", "--message", "x" * 501).sentence
    assert known(installation) is None


def test_without_a_database_one_is_told_to_make_it(tmp_path, run, monkeypatch):
    monkeypatch.setenv("ELEARN_DATA_DIR", str(tmp_path / "baru"))

    assert "elearn init" in run("maintenance", "on").sentence


def test_commands_go_on_while_the_site_is_closed(installation, run):
    run("maintenance", "on")

    assert run("users", "list").code == 0


def test_the_page_for_the_proxy_stands_alone(installation, run, tmp_path):
    file = tmp_path / "perawatan.html"

    assert run("maintenance", "page", str(file), "--message", "Kembali pukul 10.30.").code == 0

    html = file.read_text("utf-8")
    assert "Kembali pukul 10.30." in html
    assert "--cloth:" in html
    assert not re.search(r'(?:src|href)="/static', html)
    assert "<script" not in html
