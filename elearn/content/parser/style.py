"""Wording of prompts and options that trips readers: double negation, sentences that run on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from elearn.content.parser.parts import Question
from elearn.content.parser.report import Report
from elearn.content.parser.texts import Texts
from elearn.content.scanner import Block, Kind
from elearn.content.words import sentences_in, words_in

MAX_WORDS = 30

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
        words = [word.casefold().strip(".,") for word in words_in(sentence)]
        if len(words) > MAX_WORDS:
            report.add(line, "K99b", count=len(words))
        if _is_double_negation(words):
            report.add(line, "K99a")


def _sentences(lines: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield each sentence with the line it begins on."""
    text = "\n".join(_BOX_HEAD.sub("", body) for _, body in lines)
    index = counted = 0
    for begin, end, _ in sentences_in(text, colons=True):
        sentence = text[begin:end]
        first = begin + len(sentence) - len(sentence.lstrip())
        index += text.count("\n", counted, first)
        counted = first
        yield lines[index][0], sentence


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
