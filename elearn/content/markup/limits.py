"""What one text may ask of the machine; past a limit a text is refused with problem K102."""

from __future__ import annotations

from elearn.content.problems import problem

#: Limits of the course format (K102).
MAX_SOURCE_BYTES = 512 * 1024
MAX_NESTING = 16
MAX_TABLE_COLUMNS = 12
MAX_TABLE_ROWS = 200
MAX_OUTPUT_BYTES = 2 * 1024 * 1024
#: Elements of one text, and characters of it that HTML has to spell out. The sanitisers cost about
#: 60 µs for each, so this bounds their time and memory; a long real lesson has under 2,000.
MAX_ELEMENTS = 40_000

SOURCE_TOO_LARGE = "K102a"
TOO_DEEP = "K102c"
TABLE_TOO_LARGE = "K102d"
OUTPUT_TOO_LARGE = "K102e"


class MarkupLimitError(ValueError):
    """A text passed a limit; *problem* is K102 with its line, counted in the text that was converted."""

    def __init__(self, code: str, line: int = 1, file: str = "") -> None:
        self.problem = problem(file, line, code)
        super().__init__(self.problem.message)

    def moved(self, lines: int, file: str) -> MarkupLimitError:
        """Return the same refusal for the *file* in which the text began *lines* further down."""
        return MarkupLimitError(self.problem.code, self.problem.line + lines, file)

    def __reduce__(self) -> tuple[type[MarkupLimitError], tuple[str, int, str]]:
        # The worker of isolation.py sends it from one process to another.
        return MarkupLimitError, (self.problem.code, self.problem.line, self.problem.file)


class Allowance:
    """What is left of the output and of the elements while one text is converted.

    It is charged before the output is built, because a few bytes of source can ask for much
    (one long link definition, used ten thousand times).
    """

    __slots__ = ("characters", "elements")

    def __init__(self) -> None:
        self.characters = MAX_OUTPUT_BYTES
        self.elements = MAX_ELEMENTS

    def spend(self, characters: int, line: int, *, elements: int = 1) -> None:
        """Take one element of *characters* off what is left; raise MarkupLimitError where nothing is left."""
        self.characters -= characters
        self.elements -= elements
        if self.characters < 0 or self.elements < 0:
            raise MarkupLimitError(OUTPUT_TOO_LARGE, line)

    def spend_text(self, text: str, line: int) -> None:
        """Take *text* off what is left, with what its signs of HTML will cost."""
        signs = text.count("&") + text.count("<") + text.count(">")
        self.spend(len(text) + 4 * signs, line, elements=signs)


def check_source(text: str) -> None:
    """Raise MarkupLimitError where *text* is larger than a file of a course may be."""
    if len(text) > MAX_SOURCE_BYTES or len(text.encode("utf-8", "replace")) > MAX_SOURCE_BYTES:
        raise MarkupLimitError(SOURCE_TOO_LARGE)


def check_output(html: str) -> None:
    """Raise MarkupLimitError where *html* is larger than a page may be."""
    if len(html) > MAX_OUTPUT_BYTES or len(html.encode("utf-8", "replace")) > MAX_OUTPUT_BYTES:
        raise MarkupLimitError(OUTPUT_TOO_LARGE)
