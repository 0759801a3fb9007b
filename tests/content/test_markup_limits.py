"""Whatever the text, conversion ends soon, with a bounded page or with problem K102 and its line."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elearn.content.markup import MarkupLimitError, render, to_html
from elearn.content.markup.conversion import convert
from elearn.content.markup.limits import MAX_OUTPUT_BYTES, MAX_SOURCE_BYTES
from elearn.content.markup.surroundings import Surroundings


def refusal(text: str) -> tuple[str, int]:
    with pytest.raises(MarkupLimitError) as caught:
        to_html(text)
    assert isinstance(caught.value, ValueError)
    assert caught.value.problem.message == str(caught.value)
    return caught.value.problem.code, caught.value.problem.line


TABLE = "| a | b |\n|---|---|\n"

LIMITS = {
    "file of 512 KB": ("x" * MAX_SOURCE_BYTES, "x" * (MAX_SOURCE_BYTES + 1), "K102a", 1),
    "file of 512 KB in bytes": ("é" * (MAX_SOURCE_BYTES // 2), "é" * (MAX_SOURCE_BYTES // 2 + 1), "K102a", 1),
    "quotes": ("a\n\n" + "> " * 16 + "x", "a\n\n" + "> " * 17 + "x", "K102c", 3),
    "lists on one line": ("- " * 16 + "x", "- " * 17 + "x", "K102c", 1),
    "ordered lists": ("1. " * 16 + "x", "1. " * 17 + "x", "K102c", 1),
    "lists on many lines": (
        "\n".join("  " * depth + "- x" for depth in range(16)),
        "\n".join("  " * depth + "- x" for depth in range(17)),
        "K102c",
        17,
    ),
    "emphasis": ("*a " * 16 + "b*" * 16, "a\n\n" + "*a " * 17 + "b*" * 17, "K102c", 3),
    "columns": (
        "|" + "a|" * 12 + "\n|" + "-|" * 12,
        "x\n\n|" + "a|" * 13 + "\n|" + "-|" * 13,
        "K102d",
        4,
    ),
    "rows": (TABLE + "| 1 | 2 |\n" * 200, TABLE + "| 1 | 2 |\n" * 201, "K102d", 203),
    "links from one definition": (
        f"[a]: https://a.id/{'y' * 1000}\n\n" + "[a] " * 1000,
        f"[a]: https://a.id/{'y' * 1000}\n\n" + "[a] " * 20000,
        "K102e",
        3,
    ),
    "titles from one definition": (
        f'[a]: https://a.id "{"y" * 1000}"\n\n' + "[a] " * 1000,
        f'[a]: https://a.id "{"y" * 20000}"\n\n' + "[a] " * 2000,
        "K102e",
        3,
    ),
    "abbreviations": (
        f"*[A]: {'y' * 100}\n\n" + "A " * 1000,
        f"*[A]: {'y' * 1000}\n\n" + "A " * 20000,
        "K102e",
        3,
    ),
    "elements": ("- x\n" * 15_000, "- x\n" * 45_000, "K102e", 40_000),
    "signs of HTML": ("x < y & z\n" * 1000, "<" * 50_000, "K102e", 1),
    "signs of HTML in code": ("```\n" + "x < y\n" * 1000, "```\n" + "<" * 50_000, "K102e", 1),
    "footnotes": ("a[^1]\n\n[^1]: x", "[^1]" * 40_000 + "\n\n[^1]: x", "K102e", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", LIMITS)
def test_what_is_within_the_limits_is_converted_and_what_is_not_is_refused_with_its_line(name: str) -> None:
    within, beyond, code, line = LIMITS[name]
    assert to_html(within)
    assert refusal(beyond) == (code, line)


def test_a_glossary_cannot_make_a_page_too_large() -> None:
    with pytest.raises(MarkupLimitError):
        render("NIB " * 20_000, glossary={"NIB": "x" * 1000})


def test_a_page_is_measured_in_bytes() -> None:
    with pytest.raises(MarkupLimitError) as caught:
        render("NIB " * 1500, glossary={"NIB": "\U0001f600" * 1000})
    assert caught.value.problem.code == "K102e"


#: Pieces of which a text is repeated: what is known to make readers of Markdown slow or fail.
PATHOLOGICAL = [
    "[", "![", "]", "[](", "[a](", '[a](b "', "[a](b '", "[a](b (", "[a](<b", "[a][", "[a]:\n", '[a]: b "c\n', "[a]: b\n\n",
    "[^", "[^a]", "(", "((", "[a](((", "*", "*a ", "a* ", "*a*", "**a", "*a_ ", "a**b_c* ", "_a_*", "*a**", "~~", "~~a", "~a~~",
    "`", "` ``", "```\n", "``` x\n", "<", "<a ", "<a:", "<!--", "<!-- id: ", "<!-- catatan:\n", "<a href=\"", "&", "&a", "&#", "&amp",
    "\\", "\\\n", "@", "a@", "a@b", "a@b.", "a.b@c.d ", "www.", "www.a", "http://", "https://a.id/(", "a.id)", "http://a;",
    " ", "  \n", "\n", "\t", "a\n", "> a\n", ">\n", "> ", "- a\n", "-\n", "- \n\n", "* * x\n", "1. a\n", "1) ", "  - a\n", "- a\n\n",
    "# a\n", "#", "a\n=\n", "a\n--- x\n", "|", "| a ", "a|b\n-|-\n", "|\n|-", "a\n: b\n", ": a\n", "*[a]: b\n", "- [ ] a\n",
    "[^1]: a\n", "    a\n", "\u00a0", "\u202e", "$a ", "{", "> [!NOTE]\n", "> [!TANYA] a\n", "é", "\U0001f600",
]  # fmt: skip


def work(text: str) -> float:
    """The time that a text takes up to the sanitisers, which are linear and get a bounded amount."""
    started = time.process_time()
    with suppress(MarkupLimitError):
        convert(text, Surroundings(abbreviations={"a": "x"}))
    return time.process_time() - started


@pytest.mark.parametrize("piece", PATHOLOGICAL)
def test_work_grows_with_the_text_and_not_with_its_square(piece: str) -> None:
    few = piece * (3_000 // len(piece))
    many = piece * (24_000 // len(piece))
    # Eight times as much text: eight times the work, or sixty-four times if it grew with the square.
    assert work(many) <= 24 * work(few) + 0.3


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("[", "](b)"), ("![", "](b)"), ("*", "*"), ("**", "**"), ("(", ")")])  # fmt: skip
def test_nesting_in_a_line_is_bounded(opening: str, closing: str) -> None:
    few = opening * 1_000 + "a" + closing * 1_000
    many = opening * 8_000 + "a" + closing * 8_000
    assert work(many) <= 24 * work(few) + 0.3


def test_backtick_runs_of_every_length_are_looked_for_once() -> None:
    text = " ".join("`" * length for length in range(1, 600))
    assert work(text) < 2


PIECES = [
    *PATHOLOGICAL,
    "a",
    "b c",
    "\n\n",
    "---\n",
    "| a | b |\n|---|--:|\n| 1 | 2 |\n",
    "[r]: /u 't'\n",
    "<!-- id: c-aaaaaa -->",
]


@settings(deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=40).map("".join))
def test_any_text_gives_a_page_within_bounds_or_a_refusal(text: str) -> None:
    for options in (
        {},
        {
            "checklist": True,
            "inline": True,
            "glossary": {"a": "x", "b c": "y"},
            "link_definitions": text[:50],
        },
    ):
        try:
            html = render(text, **options)  # type: ignore[arg-type]
        except MarkupLimitError:
            continue
        assert len(html.encode()) <= MAX_OUTPUT_BYTES


@settings(deadline=None)
@given(st.sampled_from(PIECES), st.sampled_from(PIECES), st.integers(1, 100))
def test_repeated_pairs_give_a_page_or_a_refusal(one: str, other: str, times: int) -> None:
    try:
        html = to_html((one + other) * times)
    except MarkupLimitError:
        return
    assert len(html.encode()) <= MAX_OUTPUT_BYTES
