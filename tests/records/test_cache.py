"""What a process keeps in memory of published texts: bounded in bytes, shared by threads."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearn.records.catalogue.cache import BoundedCache


def test_a_value_is_loaded_once() -> None:
    cache: BoundedCache[str] = BoundedCache(100)
    loads: list[str] = []

    def load() -> tuple[str, int]:
        loads.append("x")
        return "value", 10

    assert [cache.get("a", load) for _each in range(3)] == ["value"] * 3
    assert (len(loads), cache.weight) == (1, 10)


def test_the_least_recently_used_goes_first() -> None:
    cache: BoundedCache[str] = BoundedCache(30)
    for key in "abc":
        cache.get(key, lambda key=key: (key, 10))  # type: ignore[misc]
    cache.get("a", lambda: ("again", 10))
    cache.get("d", lambda: ("d", 10))

    assert cache.get("a", lambda: ("again", 10)) == "a"
    assert cache.get("b", lambda: ("again", 10)) == "again"


def test_what_is_too_heavy_is_given_and_not_kept() -> None:
    cache: BoundedCache[str] = BoundedCache(30)
    cache.get("a", lambda: ("a", 10))
    assert cache.get("big", lambda: ("big", 31)) == "big"
    assert cache.get("big", lambda: ("bigger", 31)) == "bigger"
    assert cache.get("a", lambda: ("again", 10)) == "a"


def test_what_a_load_raises_is_not_kept() -> None:
    cache: BoundedCache[str] = BoundedCache(30)

    def fail() -> tuple[str, int]:
        raise LookupError

    with pytest.raises(LookupError):
        cache.get("a", fail)
    assert cache.get("a", lambda: ("a", 1)) == "a"
    cache.clear()
    assert cache.weight == 0
    assert cache.get("a", lambda: ("again", 1)) == "again"


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 40)), max_size=60))
def test_it_never_weighs_more_than_it_may(asked: list[tuple[int, int]]) -> None:
    cache: BoundedCache[int] = BoundedCache(50)
    for key, weight in asked:
        assert cache.get(key, lambda key=key, weight=weight: (key, weight)) == key  # type: ignore[misc]
        assert 0 <= cache.weight <= 50


def test_two_threads_that_load_the_same_count_it_once() -> None:
    cache: BoundedCache[str] = BoundedCache(100)
    together = threading.Barrier(2)

    def load() -> tuple[str, int]:
        together.wait()
        return "value", 10

    threads = [threading.Thread(target=cache.get, args=("a", load)) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert cache.weight == 10
