"""Names as people have them pass from the sign-up form to the paper and to whoever checks it, unchanged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import expect

from tests.journeys.certificates import read_paper
from tests.journeys.steps import Window
from tests.journeys.test_staff import finish_the_course

#: A course of its own: reports of the other one count who finished it.
COURSE = "kedai-nama"
LONG = "Prof. Dr. Ir. H. Kanjeng Raden Mas Ma'ruf Al-Ghifari Djojohadikusumo-Hasanuddin bin Abdurrahman, S.E., M.M., Ak., CA, CPA"
#: Names by what is special about them.
NAMES = {
    "one word": "Suyatno",
    "titles, degrees, apostrophes, full stops": "Dr. Hj. Siti Nur'aini Ma’ruf, S.Pd.I., M.M.",
    "120 characters": LONG[:120],
    "Arabic": "محمد عبد الرحمن",
    "Javanese": "ꦱꦫꦶꦮꦸꦭꦤ꧀ꦢꦫꦶ",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_a_name_goes_unchanged_from_the_sign_up_to_the_certificate(
    open_window: Callable[..., Window], tmp_path: Path, name: str
) -> None:
    assert len(LONG) >= 120
    window = open_window(scripts=False)
    finish_the_course(window, name, "Metro", COURSE)

    with window.page.expect_download() as downloading:
        window.act("Unduh PDF").click()
    path = tmp_path / "sertifikat.pdf"
    downloading.value.save_as(path)
    paper = read_paper(path)
    see_name_on_paper(paper.text, name)
    assert title_of(path).endswith(f", {name}")

    stranger = open_window(scripts=False)
    stranger.open(paper.address)
    expect(stranger.page.locator("dt:text-is('Nama') + dd")).to_have_text(name, use_inner_text=True)
    window.open("/akun")
    expect(window.page.get_by_label("Nama lengkap")).to_have_value(name)


def see_name_on_paper(text: str, name: str) -> None:
    printed = text.partition("diberikan kepada ")[2].partition(" yang sudah")[0]
    if name == NAMES["Javanese"]:
        # A mark above or below is a drawing of its own, for which readers tell its whole syllable once more.
        assert set(printed.replace(" ", "")) == set(name)
        assert printed.startswith(name[:3])
    else:
        assert printed == name


def title_of(path: Path) -> str:
    """Return what the PDF says it is, to whom it belongs included."""
    document = pypdfium2.PdfDocument(path)
    try:
        return str(document.get_metadata_dict()["Title"])
    finally:
        document.close()
