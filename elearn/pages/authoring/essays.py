"""Essays that wait for a person: the list, and one of them with points and a word to the learner."""

from __future__ import annotations
