"""What differs between two texts, as lines a template can show."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

#: Unchanged lines shown around a change.
AROUND = 2
#: Lines shown of one comparison; what is longer is read in the editor.
MOST_LINES = 400
#: Texts longer than this are compared only for being equal: comparing takes more than linear time.
MOST_COMPARED = 6000


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """One line of a comparison: *kind* is ``-`` (gone), ``+`` (new), a space (same) or ``…`` (a gap)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Changes:
    """How one text became another."""

    lines: tuple[ChangedLine, ...]
    added: int
    removed: int
    #: More changed than is shown.
    cut: bool = False

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.cut)


def compare(before: str, after: str) -> Changes:
    """Compare two texts line by line."""
    if before == after:
        return Changes((), 0, 0)
    old, new = before.splitlines(), after.splitlines()
    if len(old) > MOST_COMPARED or len(new) > MOST_COMPARED:
        return Changes((), len(new), len(old), cut=True)
    lines: list[ChangedLine] = []
    added = removed = 0
    matcher = difflib.SequenceMatcher(a=old, b=new)
    for number, group in enumerate(matcher.get_grouped_opcodes(AROUND)):
        if number:
            lines.append(ChangedLine("…", ""))
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                lines += [ChangedLine(" ", text) for text in old[old_from:old_to]]
                continue
            lines += [ChangedLine("-", text) for text in old[old_from:old_to]]
            lines += [ChangedLine("+", text) for text in new[new_from:new_to]]
            removed += old_to - old_from
            added += new_to - new_from
    return Changes(tuple(lines[:MOST_LINES]), added, removed, cut=len(lines) > MOST_LINES)
