"""What this process keeps in memory of published texts: bounded in bytes, never out of date.

Keys name immutable things (a digest and the compiler's version, a release), so nothing is ever
invalidated; the least recently used goes when there is too much.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class BoundedCache(Generic[Value]):
    """A dictionary that forgets the least recently used where its values would weigh more than *max_bytes*."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._held: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    @property
    def weight(self) -> int:
        """How many bytes the values in it weigh."""
        return self._weight

    def get(self, key: Hashable, load: Callable[[], tuple[Value, int]]) -> Value:
        """Return the value of *key*, asking *load* for it and its weight in bytes where it is not there.

        Two threads may load the same at once; both get an equal value. What *load* raises is not kept.
        """
        with self._lock:
            held = self._held.get(key)
            if held is not None:
                self._held.move_to_end(key)
                return held[0]
        value, weight = load()
        with self._lock:
            before = self._held.pop(key, None)
            if before is not None:
                self._weight -= before[1]
            if weight <= self.max_bytes:
                self._held[key] = (value, weight)
                self._weight += weight
                while self._weight > self.max_bytes:
                    _key, (_value, freed) = self._held.popitem(last=False)
                    self._weight -= freed
        return value

    def peek(self, key: Hashable) -> Value | None:
        """Return the value of *key* if it is there."""
        with self._lock:
            held = self._held.get(key)
            if held is None:
                return None
            self._held.move_to_end(key)
            return held[0]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()
            self._weight = 0
