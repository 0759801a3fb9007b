"""Chance is written down: the same numbers on every machine, for as long as attempts are kept."""

import hashlib
import hmac
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearn.content.chance import Chance, digest


def test_the_stream_never_changes() -> None:
    # If this fails, open attempts change their order.
    chance = Chance(20261123, "draw")
    assert [chance.below(1000) for _ in range(6)] == [558, 25, 849, 389, 256, 665]
    assert Chance(20261123, "draw").shuffled("abcdefgh") == list("dfcaebhg")


def test_the_stream_is_sha256_of_key_and_counter() -> None:
    key = hmac.new(b"7", b"draw\0q-1", hashlib.sha256).digest()
    words = b"".join(hashlib.sha256(key + counter.to_bytes(8, "big")).digest() for counter in range(2))
    expected = [int.from_bytes(words[at : at + 8], "big") for at in range(0, 64, 8)]
    chance = Chance(7, "draw", "q-1")
    assert [chance.below(2**64) for _ in expected] == expected


@given(st.integers(0, 2**63 - 1), st.lists(st.integers(), max_size=30))
def test_shuffling_keeps_every_value(seed: int, values: list[int]) -> None:
    assert sorted(Chance(seed).shuffled(values)) == sorted(values)


@given(st.integers(0, 2**63 - 1), st.integers(1, 2**64))
def test_numbers_stay_below_their_limit(seed: int, limit: int) -> None:
    assert 0 <= Chance(seed).below(limit) < limit


def test_a_limit_that_does_not_divide_the_range_favours_no_number() -> None:
    # Three quarters of 64 bits: without drawing again the lowest third would come half the time.
    chance, third = Chance(1), 2**62
    lowest = sum(chance.below(3 * third) < third for _ in range(3000))
    assert 900 < lowest < 1100


def test_every_order_of_three_is_about_as_likely() -> None:
    orders = Counter(tuple(Chance(seed, "x").shuffled("abc")) for seed in range(6000))
    assert len(orders) == 6
    assert all(850 < count < 1150 for count in orders.values())


@pytest.mark.parametrize("other", [(1, "b"), (2, "a"), (1, "a", ""), (1,)])
def test_another_seed_or_purpose_is_another_stream(other: tuple[int, str]) -> None:
    assert digest(1, "a") != digest(*other)
