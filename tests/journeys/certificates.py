"""What is on a certificate's paper, read by libraries that know nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import zxingcpp


@dataclass(frozen=True)
class Paper:
    """A certificate as it was printed: its words, and where its QR code leads."""

    text: str
    address: str


def read_paper(path: Path) -> Paper:
    """Render the front of the PDF at *path* and decode the QR code from the picture."""
    document = pypdfium2.PdfDocument(path)
    try:
        page = document[0]
        width, height = page.get_size()
        assert width > height, "a certificate lies on its long side"
        codes = zxingcpp.read_barcodes(page.render(scale=2).to_pil())
        assert [code.format for code in codes] == [zxingcpp.BarcodeFormat.QRCode]
        words = page.get_textpage().get_text_range()
    finally:
        document.close()
    return Paper(" ".join(words.split()), codes[0].text)
