"""Wording of prompts and options that trips readers: double negation, sentences that run on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from elearn.content.parser.parts import Question
from elearn.content.parser.report import Report
from elearn.content.parser.texts import Texts
from elearn.content.scanner import Block, Kind

MAX_WORDS = 30

_SENTENCE_END = re.compile(r"[.!?:](?=\s)")
_WORD = re.compile(r"[^\W_][\w'’.,-]*")
_NEGATIONS = frozenset({"tidak", "bukan", "jangan", "belum", "tak", "tanpa"})
_BOX_HEAD = re.compile(r"^ *\[[ \u00a0xX]\] ?")


def check_style(report: Report, texts: Texts, question: Question) -> None:
    """Note each sentence of prompt and options that is hard to read (K99)."""
    for block in question.prompt_blocks:
        for leaf in block.walk():
            _check_leaf(report, texts, leaf)
    for row in question.options:
        if row.block is not None:
            for leaf in row.block.children:
                _check_leaf(report, texts, leaf)


def _check_leaf(report: Report, texts: Texts, leaf: Block) -> None:
    if leaf.kind is not Kind.PARAGRAPH:
        return
    lines = [(line.number, texts.masked.get(line.number, line.text)) for line in leaf.lines if not line.lazy]
    for line, sentence in _sentences(lines):
        words = [word.casefold().strip(".,") for word in _WORD.findall(sentence)]
        if len(words) > MAX_WORDS:
            report.add(line, "K99b", count=len(words))
        if _is_double_negation(words):
            report.add(line, "K99a")


def _sentences(lines: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield each sentence with the line it begins on."""
    started = 0
    parts: list[str] = []
    for number, text in lines:
        position = 0
        body = _BOX_HEAD.sub("", text) + " "
        for end in _SENTENCE_END.finditer(body):
            parts.append(body[position : end.start()])
            yield started or number, " ".join(parts)
            parts, started, position = [], 0, end.end()
        rest = body[position:]
        if rest.strip():
            parts.append(rest)
            started = started or number
    if parts:
        yield started, " ".join(parts)


def _is_double_negation(words: list[str]) -> bool:
    last = -10
    for index, word in enumerate(words):
        if word == "kecuali" and last >= 0:
            return True
        if word in _NEGATIONS:
            if last >= 0 and index - last <= 2:
                return True
            last = index
    return False
