"""Chance from a seed, the same on every machine and in every version of Python.

`random.Random` promises the same `random()` for a seed, but not the same `shuffle` and `sample`; the order of
an attempt is drawn again on every page, perhaps years later, so it must not hang on that.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A stream of fair numbers: SHA-256 of key and counter (0, 1, 2 …), read as 64-bit integers.

    The key is the *seed*, in decimal, and what is drawn (*purpose*), so that one drawing tells nothing
    about another.
    """

    def __init__(self, seed: int, *purpose: str) -> None:
        self._key = digest(seed, *purpose)
        self._words = self._stream()

    def _stream(self) -> Iterator[int]:
        counter = 0
        while True:
            block = hashlib.sha256(self._key + counter.to_bytes(8, "big")).digest()
            for start in range(0, len(block), 8):
                yield int.from_bytes(block[start : start + 8], "big")
            counter += 1

    def below(self, limit: int) -> int:
        """Return a number from 0 to *limit* − 1, each as likely as the others."""
        fair = 2**64 - 2**64 % limit
        return next(word for word in self._words if word < fair) % limit

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """Return *values* in an order drawn by Fisher and Yates' method, from the last place down."""
        drawn = list(values)
        for place in range(len(drawn) - 1, 0, -1):
            other = self.below(place + 1)
            drawn[place], drawn[other] = drawn[other], drawn[place]
        return drawn


def digest(seed: int, *purpose: str) -> bytes:
    """Return 32 bytes that only someone who knows *seed* can compute (HMAC-SHA-256 of *purpose*).

    The seed has to be too large to be found by trying: 63 random bits, as `secrets.randbits` gives them.
    """
    return hmac.digest(str(seed).encode(), "\0".join(purpose).encode(), "sha256")
