"""What a spreadsheet makes of our cells: nothing but what they say."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearn.pages.reporting.spreadsheet import (
    DANGEROUS_STARTS,
    identity_cell,
    phone_cell,
    safe_text,
    share_cell,
    write_csv,
)

WIB = ZoneInfo("Asia/Jakarta")


def read_back(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Sari Wulandari", "Sari Wulandari"),
        ("=1+1", "'=1+1"),
        ("+62 812", "'+62 812"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "'\t=1+1"),
        ("\tSari", "'\tSari"),
        ("\r=1+1", "'\r=1+1"),
        ("\nSari", "'\nSari"),
        ("＝1+1", "'＝1+1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠SUM(A1)", "'＠SUM(A1)"),
        ("﹦1+1", "'﹦1+1"),
        (" =1+1", "' =1+1"),
        ("\u00a0=1+1", "'\u00a0=1+1"),
        ("\u200b=1+1", "'\u200b=1+1"),
        ("\ufeff=1+1", "'\ufeff=1+1"),
        ("\x00=1+1", "'=1+1"),
        ("O'Neil", "O'Neil"),
        ("'=1+1", "'=1+1"),
        ("Ny. Siti-Maryam", "Ny. Siti-Maryam"),
        ("a=1", "a=1"),
        ("", ""),
        ("   ", "   "),
        ("李小龍", "李小龍"),
    ],
)
def test_a_dangerous_start_gets_an_apostrophe(typed, written):
    assert safe_text(typed) == written


@given(st.text())
def test_no_cell_begins_like_a_formula(text):
    assert safe_text(text)[:1] not in DANGEROUS_STARTS


@pytest.mark.parametrize(
    ("stored", "written"),
    [("+6281234567890", "0812-3456-7890"), (None, ""), ("", "")],
)
def test_a_phone_number_is_text(stored, written):
    assert phone_cell(stored) == written


@pytest.mark.parametrize(
    ("stored", "written"),
    [("1871012345670001", "1871 0123 4567 0001"), ("1871.0123.4567.0001", "1871 0123 4567 0001"), ("", "")],
)
def test_a_nik_stands_in_groups_of_four(stored, written):
    assert identity_cell(stored) == written


@pytest.mark.parametrize(("share", "percent"), [(None, None), (0, 0), (6999, 69), (7000, 70), (10000, 100)])
def test_a_share_is_rounded_down(share, percent):
    assert share_cell(share) == percent


def test_the_file_has_a_mark_semicolons_and_quoted_text():
    rows = [['=Sari; "S"', 82, None, date(2026, 11, 23), datetime(2026, 11, 23, 18, 30, tzinfo=UTC), True]]

    content = b"".join(write_csv(["Nama", "Nilai", "–", "Tanggal", "Waktu", "Lulus"], rows, timezone=WIB))

    assert content.startswith(b"\xef\xbb\xbf")
    assert b'"Nama";"Nilai"' in content
    assert b";82;" in content
    assert content.count(b"\r\n") == 2
    assert read_back(content)[1] == ['\'=Sari; "S"', "82", "", "2026-11-23", "2026-11-24 01:30", "ya"]


def test_a_long_file_comes_in_pieces_and_whole():
    rows = ([f"Peserta {number}", number] for number in range(5000))

    pieces = list(write_csv(["Nama", "Nomor"], rows, timezone=WIB))

    assert len(pieces) > 2
    lines = read_back(b"".join(pieces))
    assert len(lines) == 5001
    assert lines[-1] == ["Peserta 4999", "4999"]


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)))
def test_whatever_is_written_comes_back(rows):
    content = b"".join(write_csv(["A", "B"], rows, timezone=WIB))

    assert read_back(content)[1:] == [[safe_text(cell) for cell in row] for row in rows]
