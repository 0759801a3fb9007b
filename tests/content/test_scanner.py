"""Blocks and lines, as cmark-gfm would cut them; anchors of headings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearn.content.scanner import (
    MAX_NESTING,
    Block,
    heading_text,
    plain_text,
    scan,
    slugify,
    split_lines,
    split_row,
    split_unescaped,
)


def shape(text: str) -> str:
    """Write the blocks of *text* in short: kinds with their lines, nested ones in brackets."""

    def one(block: Block) -> str:
        inner = f"[{' '.join(map(one, block.children))}]" if block.children else ""
        lines = f"{block.first}" if block.first == block.last else f"{block.first}-{block.last}"
        return f"{block.kind.name.lower()}:{lines}{inner}"

    return " ".join(map(one, scan(split_lines(text)).blocks))


SHAPES = {
    "paragraph": ("a\nb\n\nc\n", "paragraph:1-2 paragraph:4"),
    "heading": ("# a\nb\n", "heading:1 paragraph:2"),
    "seven marks": ("####### a\n", "paragraph:1"),
    "heading without a space": ("#a\n", "paragraph:1"),
    "underlined": ("a\nb\n---\nc\n", "underlined:1-3 paragraph:4"),
    "rule": ("a\n\n---\n* * *\n", "paragraph:1 rule:3 rule:4"),
    "fence": ("```py\n- a\n\n```\nb\n", "fence:1-4 paragraph:5"),
    "fence closed by a longer one": ("```\n``\n````\n", "fence:1-3"),
    "fence of another mark": ("```\n~~~\n```\n", "fence:1-3"),
    "indented fence": ("```\n    ```\n```\n", "fence:1-3"),
    "indented code": ("a\n\n    b\n\n    c\nd\n", "paragraph:1 indented_code:3-5 paragraph:6"),
    "no code in a paragraph": ("a\n    b\n", "paragraph:1-2"),
    "comment": ("a\n<!-- b\n\nc -->\nd\n", "paragraph:1 comment:2-4 paragraph:5"),
    "quote": ("> a\n> b\nc\n\nd\n", "quote:1-3[paragraph:1-3] paragraph:5"),
    "quote ended by a list": ("> a\n- b\n", "quote:1[paragraph:1] item:2[paragraph:2]"),
    "quote and blank line": ("> a\n\n> b\n", "quote:1[paragraph:1] quote:3[paragraph:3]"),
    "list": ("- a\n- b\n", "item:1[paragraph:1] item:2[paragraph:2]"),
    "list after text": ("a\n- b\n", "paragraph:1 item:2[paragraph:2]"),
    "empty item does not interrupt": ("a\n-\n", "underlined:1-2"),
    "empty item with another mark": ("a\n*\n", "paragraph:1-2"),
    "numbers from one interrupt": ("a\n1. b\n", "paragraph:1 item:2[paragraph:2]"),
    "numbers from two do not": ("a\n2. b\n", "paragraph:1-2"),
    "number goes on in a list": ("1. a\n2. b\n", "item:1[paragraph:1] item:2[paragraph:2]"),
    "nested by two": ("- a\n  - b\n", "item:1-2[paragraph:1 item:2[paragraph:2]]"),
    "item with blank lines": ("- a\n\n  b\n", "item:1-3[paragraph:1 paragraph:3]"),
    "item that began empty": ("-\n\n  a\n", "item:1 paragraph:3"),
    "item that begins on the next line": ("-\n  a\n", "item:1-2[paragraph:2]"),
    "code right in an item": ("-     a\n", "item:1[indented_code:1]"),
    "quote in an item": ("- a\n  > b\n", "item:1-2[paragraph:1 quote:2[paragraph:2]]"),
    "lazy line in an item": ("- a\nb\n", "item:1-2[paragraph:1-2]"),
    "code in an item": ("- a\n\n      b\n", "item:1-3[paragraph:1 indented_code:3]"),
    "fence in an item ends with it": ("- ```\n  a\nb\n", "item:1-2[fence:1-2] paragraph:3"),
    "table": ("a\n|b|c|\n|-|-|\n|d|e|\n\nf\n", "paragraph:1 table:2-4 paragraph:6"),
    "table ended by a list": ("|b|c|\n|-|-|\n- d\n", "table:1-2 item:3[paragraph:3]"),
    "row without pipes": ("|b|c|\n|-|-|\nd\n", "table:1-3"),
    "cells that do not agree": ("|b|c|\n|-|\n", "paragraph:1-2"),
    "table in a quote": ("> |b|\n> |-|\nc\n", "quote:1-2[table:1-2] paragraph:3"),
    "definition": ("[a]: b\n[c]: d\ne\n", "definition:1 definition:2 paragraph:3"),
    "definition in a paragraph": ("a\n[c]: d\n", "paragraph:1-2"),
    "footnote": ("[^a]: b\n", "footnote:1"),
    "tabs": ("-\ta\n\tb\n", "item:1-2[paragraph:1-2]"),
    "no-break space after the mark": ("-\u00a0a\n", "item:1[paragraph:1]"),
    "backtick in the info": ("``` a`\nb\n", "paragraph:1-2"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_text_is_cut_into_blocks(name):
    text, expected = SHAPES[name]

    assert shape(text) == expected


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\n\n```\nb\n", 3),
        ("> ```\n\na\n", 1),
        ("<!-- a\n", 1),
        ("<!-- a\n\n<!-- b -->\n", 1),
        ("- ~~~\nb\n", 1),
    ],
)
def test_what_never_closes_is_known(text, line):
    assert scan(split_lines(text)).unclosed.first == line


@pytest.mark.parametrize("text", ["```\n```\n", "<!-- a -->\n", "<!-- a\n-->\n", "    ```\n"])
def test_what_closes_is_not_called_open(text):
    assert scan(split_lines(text)).unclosed is None


def test_nesting_is_bounded():
    found = scan(["> " * 40 + "a", "- " * 40 + "b"])

    assert found.too_deep == 1
    assert max(sum(1 for _ in block.walk()) for block in found.blocks) <= MAX_NESTING + 1


def test_lines_remember_their_column_and_whether_they_are_lazy():
    (item,) = scan(["- a", "b"]).blocks

    lines = item.children[0].lines
    assert [(line.number, line.text, line.column, line.lazy) for line in lines] == [
        (1, "a", 2, False),
        (2, "b", 0, True),
    ]


def test_items_of_one_list_share_its_number():
    blocks = scan(split_lines("- a\n\n- b\n* c\n1. d\n2. e\n1) f\n")).blocks

    numbers = [block.list_number for block in blocks]
    assert numbers == [1, 1, 2, 3, 3, 4]
    assert [block.after_blank for block in blocks[:3]] == [False, True, False]


@given(st.text(alphabet="a\n\r\u2028\x0b\x0c\x85 "))
def test_only_line_feeds_and_carriage_returns_end_a_line(text):
    lines = split_lines(text)

    assert "\n".join(lines).rstrip("\n") == text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


@given(st.lists(st.text(alphabet="ab|\\ "), min_size=1))
def test_splitting_at_unescaped_marks_loses_nothing(parts):
    text = "|".join(parts)

    assert "|".join(split_unescaped(text, "|")) == text


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("| a | b |", ["a", "b"]), ("a|b", ["a", "b"]), ("|a|", ["a"]), ("a", ["a"]), ("| a \\| b | c |", ["a \\| b", "c"]),
        ("|| b |", ["", "b"]), ("| a | |", ["a", ""]), ("|", [""]), ("", [""]),
    ],
)  # fmt: skip
def test_rows_are_cut_into_cells(row, cells):
    assert split_row(row) == cells


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("## Bahan", "Bahan"), ("##  Bahan  ##", "Bahan"), ("## C#", "C#"), ("##", ""), ("## #", ""), ("   ## A", "A"),
        ("Judul\n===", "Judul"),
    ],
)  # fmt: skip
def test_headings_give_their_text(line, text):
    assert heading_text(scan(split_lines(line)).blocks[0]) == text


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("*a* **b** `c` ~~d~~", "a b c d"), ("[a](b) ![c](d)", "a c"), ("a <!-- id: c-abcdef -->", "a"), ("a <!-- b", "a <!-- b"),
        ("\\*a\\*", "*a*"), ("a ](b", "a (b"), ("a\\b", "a\\b"),
    ],
)  # fmt: skip
def test_markdown_reads_as_plain_text(markdown, text):
    assert plain_text(markdown) == text


@pytest.mark.parametrize(
    ("text", "slug"),
    [("Bahan dan Proses", "bahan-dan-proses"), ("Apa itu NIB?", "apa-itu-nib"), ("A & B", "a--b"), ("Ñu_1-2", "ñu_1-2"),
     ("???", "bagian"), ("**Tebal** [x](y)", "tebal-x")],
)  # fmt: skip
def test_anchors_are_those_of_github(text, slug):
    assert slugify(text, set()) == slug


@given(st.lists(st.sampled_from(["a", "A", "a-1", "b", "?"]), max_size=40))
def test_anchors_are_unique(texts):
    taken: set[str] = set()

    slugs = [slugify(text, taken) for text in texts]

    assert len(set(slugs)) == len(slugs)
    assert taken == set(slugs)


def test_equal_headings_are_counted_as_on_github():
    taken: set[str] = set()

    assert [slugify("a", taken) for _ in range(6)] == ["a", "a-1", "a-2", "a-3", "a-4", "a-5"]
