"""Numbers as learners and authors write them."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearn.content.numbers import (
    MOST_DIGITS,
    AuthorRange,
    format_decimal,
    middle,
    number_to_type,
    parse_author_number,
    parse_author_range,
    plain_decimal,
    read_number,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("230000", "230000"),
        ("230.000", "230000"),
        ("Rp 230.000,00", "230000"),
        ("Rp230.000", "230000"),
        ("Rp. 230.000", "230000"),
        ("rp 230000", "230000"),
        ("IDR 230.000", "230000"),
        ("Rp5.000,-", "5000"),
        ("Rp 5.000,–", "5000"),
        ("5.000 rupiah", "5000"),
        ("230 ribu", "230000"),
        ("5rb", "5000"),
        ("5 RB", "5000"),
        ("1,5 juta", "1500000"),
        ("1,5jt", "1500000"),
        ("Rp 1,5 juta", "1500000"),
        ("2 miliar", "2000000000"),
        ("2 milyar", "2000000000"),
        ("1 triliun", "1000000000000"),
        ("1.250 ribu", "1250000"),
        ("25%", "25"),
        ("25 %", "25"),
        ("25,5%", "25.5"),
        ("3,5", "3.5"),
        ("3,14159", "3.14159"),
        ("0,125", "0.125"),
        ("1.234,567", "1234.567"),
        ("1234,567", "1234.567"),
        ("1.234.567", "1234567"),
        ("-5", "-5"),
        ("\u22125", "-5"),
        ("- 5", "-5"),
        ("+5", "5"),
        ("-Rp 5.000", "-5000"),
        ("Rp -5.000", "-5000"),
        ("  5\u00a0ribu  ", "5000"),
        ("5.000.", "5000"),
        ("５０００", "5000"),
        ("5\u200b000", "5000"),
        ("007", "7"),
        ("0", "0"),
    ],
)
def test_the_forms_in_use_are_read(text: str, value: str) -> None:
    assert read_number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "5,000",
        "12,345",
        "1,250 juta",
        "5,000%",
        "3.5",
        "3.14",
        "1.5 juta",
        "1.00",
        "12.34",
        "1234.567",
        "0.500",
        "1,234,567",
        "1,234.56",
        "1.234.56",
        "lima",
        "lima ribu",
        "5 ribuan",
        "5 000",
        "5 kg",
        "kira-kira 5",
        "5-6",
        "5,",
        ",5",
        "1e3",
        "0x10",
        "½",
        "٥",
        "NaN",
        "Infinity",
        "-",
        "--5",
        "-Rp -5",
        "Rp",
        "%",
        "ribu",
        "5%%",
        "5 juta ribu",
        "",
        " ",
        "1" * (MOST_DIGITS + 1),
        "1" * 500,
    ],
)
def test_what_is_unclear_is_not_guessed(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("5 kg", "kg", "5"),
        ("5kg.", "kg", "5"),
        ("5 KG", "kg", "5"),
        ("5", "kg", "5"),
        ("12 m²", "m²", "12"),
        ("12 m2", "m²", "12"),
        ("5 ribu orang", "orang", "5000"),
        ("1,5 juta rupiah", "rupiah", "1500000"),
        ("25 %", "%", "25"),
        ("25 persen", "persen", "25"),
        ("1,5 juta", "juta", "1.5"),
        ("1,5 juta rupiah", "juta rupiah", "1.5"),
        ("1,5 juta", "juta rupiah", "1.5"),
        ("500 ribu", "juta rupiah", "0.5"),
        ("2 juta", "ribu", "2000"),
        ("1,5", "juta rupiah", "1.5"),
        ("Rp 1,5 juta", "juta rupiah", "1.5"),
    ],
)
def test_the_unit_of_the_question_may_stand_after_the_number(text: str, unit: str, value: str) -> None:
    assert read_number(text, unit=unit) == Decimal(value)


@pytest.mark.parametrize("text", ["5 liter", "kg", "kg 5", "3.5 kg", "5 kg kg"])
def test_another_unit_is_unclear(text: str) -> None:
    assert read_number(text, unit="kg") is None


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    value = read_number(text, unit="kg")
    assert value is None or value.is_finite()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5.000", "5000"),
        ("5000", "5000"),
        ("-3,14", "-3.14"),
        (" 3,14 ", "3.14"),
        ("5,000", "5"),
        ("1.234.567,89", "1234567.89"),
        ("0,5", "0.5"),
    ],
)
def test_an_author_writes_a_bilangan(text: str, value: str) -> None:
    assert parse_author_number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "3.14",
        "1.00",
        "1234.567",
        "5,",
        ",5",
        "lima",
        "Rp 5.000",
        "25%",
        "+5",
        "1e3",
        "",
        "−5",
        "5 000",
        "٣",
        "9" * 25,
    ],
)
def test_anything_else_is_no_bilangan(text: str) -> None:
    assert parse_author_number(text) is None


D = Decimal


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5.000", AuthorRange(D(5000), D(5000), D(5000))),
        ("5.000 ± 0", AuthorRange(D(5000), D(5000), D(5000), D(0))),
        ("3,14±0,01", AuthorRange(D("3.13"), D("3.15"), D("3.14"), D("0.01"))),
        ("3,14 +- 0,01", AuthorRange(D("3.13"), D("3.15"), D("3.14"), D("0.01"))),
        ("200 ± 5%", AuthorRange(D(190), D(210), D(200), D(5), is_percent=True)),
        ("-200 ± 5 %", AuthorRange(D(-210), D(-190), D(-200), D(5), is_percent=True)),
        ("10 ± -1", AuthorRange(D(11), D(9), D(10), D(-1))),
        ("4.900 – 5.100", AuthorRange(D(4900), D(5100))),
        ("4.900–5.100", AuthorRange(D(4900), D(5100))),
        ("4.900..5.100", AuthorRange(D(4900), D(5100))),
        ("10 - 15", AuthorRange(D(10), D(15))),
        ("-5 - -3", AuthorRange(D(-5), D(-3))),
        ("15 .. 10", AuthorRange(D(15), D(10))),
    ],
)
def test_an_author_writes_a_tolerance_or_a_range(text: str, expected: AuthorRange) -> None:
    assert parse_author_range(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "10-15",
        "3.14 ± 0,01",
        "3,14 ± 0.01",
        "10 ±",
        "10 ± 1 ± 1",
        "10 – 15%",
        "1 – 2 – 3",
        "",
        "10 - " + "9" * 25,
        "10 ± " + "9" * 25,
        "9" * 25 + " – 10",
    ],
)
def test_anything_else_is_no_range(text: str) -> None:
    assert parse_author_range(text) is None


def test_bounds_are_exact_whatever_the_context_of_the_caller() -> None:
    with localcontext() as context:
        context.prec = 3
        read = parse_author_range("123.456,789 ± 12,5%")
        assert read is not None
        half_way = middle(read.low, read.high)
    assert (read.low, read.high) == (D("108024.690375"), D("138888.887625"))
    assert half_way == D("123456.789")


@pytest.mark.parametrize(
    ("value", "places", "written"),
    [
        ("1234567.5", None, "1.234.567,5"),
        ("5000", None, "5.000"),
        ("5000.00", None, "5.000"),
        ("5E+3", None, "5.000"),
        ("0.50", None, "0,5"),
        ("-1234", None, "-1.234"),
        ("-0.0", None, "0"),
        ("100", None, "100"),
        ("69.999", 0, "69"),
        ("69.999", 2, "69,99"),
        ("7", 2, "7,00"),
        ("-0.001", 2, "0,00"),
    ],
)
def test_decimals_are_written_the_indonesian_way(value: str, places: int | None, written: str) -> None:
    assert format_decimal(Decimal(value), places=places) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [("5E+3", "5000"), ("0.50", "0.5"), ("-1234.5", "-1234.5"), ("100.00", "100"), ("0", "0")],
)
def test_machines_get_plain_decimals(value: str, written: str) -> None:
    assert plain_decimal(Decimal(value)) == written


@given(st.decimals(-(10**12), 10**12, places=5))
def test_what_is_written_for_typing_is_read_again(value: Decimal) -> None:
    assert read_number(number_to_type(value)) == value


def test_three_decimals_get_a_fourth_for_typing() -> None:
    assert number_to_type(Decimal("5.125")) == "5,1250"


@given(st.decimals(-(10**12), 10**12, places=5))
def test_what_is_written_is_a_bilangan(value: Decimal) -> None:
    assert parse_author_number(format_decimal(value)) == value
