"""Answers that are the same although they are not written the same."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearn.content.spelling import exact_text, letter_count, matching_text, within_edits

LETTERS = st.text("abc", max_size=8)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("NIB", " nib "),
        ("NIB", "nib."),
        ("NIB", "nib!?.,"),
        ("NIB", "nib ."),
        ("Rumah  Potong\n Hewan", "rumah potong hewan"),
        ("m²", "m2"),
        ("ﬁsik", "fisik"),
        ("café", "cafe\u0301"),
        ("CAFE\u0301", "café"),
        ("NI\u00adB", "nib"),
        ("N\u200dI\u202eB\ufe0f", "nib"),
        ("e\u200b\u0301", "é"),
        ("Straße", "STRASSE"),
        ("?", " ? "),
    ],
)
def test_what_reads_the_same_compares_the_same(one: str, other: str) -> None:
    assert matching_text(one) == matching_text(other)


@pytest.mark.parametrize(
    ("one", "other"), [("nib", "n i b"), ("3.5", "35"), ("teh", "té"), ("a-b", "ab"), ("?", "!")]
)
def test_what_reads_differently_compares_differently(one: str, other: str) -> None:
    assert matching_text(one) != matching_text(other)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("Café", True),
        ("Cafe\u0301", True),
        ("Caf\u200bé", True),
        ("café", False),
        ("Café.", False),
        (" Café", False),
    ],
)
def test_exact_evens_out_only_what_nobody_sees(other: str, same: bool) -> None:
    assert (exact_text("Café") == exact_text(other)) is same


@pytest.mark.parametrize("normalise", [matching_text, exact_text])
@given(text=st.text())
def test_normalising_twice_changes_nothing_more(normalise: Callable[[str], str], text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


def test_digits_and_signs_are_no_letters() -> None:
    assert letter_count("PP 39/2021, é") == 3


def distance(one: str, other: str) -> int:
    """Levenshtein's distance, the slow way."""
    if not one or not other:
        return len(one) + len(other)
    if one[0] == other[0]:
        return distance(one[1:], other[1:])
    return 1 + min(distance(one[1:], other), distance(one, other[1:]), distance(one[1:], other[1:]))


@given(LETTERS, LETTERS, st.integers(0, 2))
def test_edits_are_counted_as_levenshtein_does(one: str, other: str, edits: int) -> None:
    assert within_edits(one, other, edits) is (distance(one, other) <= edits)
