"""A course written by somebody with bad intentions: in a real browser nothing of it runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Dialog, expect

from elearn.content.library import read_course
from tests.faults.server import ROOT, Site, run
from tests.journeys.steps import Pick, Window, answer_all, hand_in, new_learner, sign_in, start_quiz

SNIPPETS = (
    (ROOT / "tests" / "content" / "hostile" / "markdown.txt").read_text("utf-8").rstrip("\n").split("\n%%\n")
)
COURSE = "kedai-jahat"
MODULES = 8
TITLE = "<script>alert(1)</script>"
HEAD = """---
judul: "<script>alert(1)</script>"
ringkasan: "\\"><img src=x onerror=alert(1)>"
untuk: "<svg onload=alert(1)>"
kategori: halal
sertifikat: tidak
pengajar: ["<iframe srcdoc='<script>alert(1)</script>'>"]
tujuan:
  isi: "<b onmouseover=alert(1)>Sesuatu</b>"
---

Halaman kursus. &lt;script&gt;alert(1)&lt;/script&gt;
"""
MODULE = """---
judul: "Modul {number} </title><script>alert(1)</script>"
menit: 3
tujuan: [isi]
sumber:
  - judul: "<img src=x onerror=alert(1)>"
    alamat: https://a.example/
---

"""
QUIZ = """
## Kuis

- Acak soal: tidak

### Soal
<!-- id: q-jahat001 -->

Mana yang tepat? \\<script\\>alert(1)\\</script\\>

- [x] &lt;img src=x onerror=alert(1)&gt;
  > Umpan [x](https://a.example/" onmouseover="alert(1))
- [ ] `</code><script>alert(1)</script>`
  > Umpan &#60;script&#62;alert(1)&#60;/script&#62;

**Pembahasan:** &#x3c;img src=x onerror=alert(1)&#x3e;

- Tujuan: isi
"""

#: What could run or lead away, found in the page as the browser has built it; then every element is stirred.
INSPECT = """
() => {
  const found = [];
  const schemes = new Set(["http:", "https:", "mailto:", "tel:"]);
  for (const one of document.querySelectorAll("main, main *")) {
    if (["SCRIPT", "IFRAME", "OBJECT", "EMBED", "STYLE", "BASE", "META", "LINK"].includes(one.tagName)) {
      found.push(one.outerHTML);
    }
    for (const { name, value } of one.attributes) {
      if (name.startsWith("on") || name === "style") found.push(`${name}=${value}`);
      if (["href", "src", "action", "formaction"].includes(name)) {
        const address = new URL(value, document.baseURI);
        const own = address.origin === location.origin;
        if (!schemes.has(address.protocol) || (name !== "href" && !own)) found.push(`${name}=${value}`);
      }
    }
    one.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
    one.dispatchEvent(new Event("focus"));
    one.dispatchEvent(new Event("toggle"));
  }
  if (typeof document.cookie !== "string" || typeof document.getElementById !== "function") found.push("names");
  return found;
}
"""

EVIL = """<main onmouseover="alert(1)"><a href="javascript:alert(1)">x</a><img src="https://elsewhere.example/x">
<p style="color:red">x</p><iframe></iframe><img name="getElementById"></main>"""


def test_no_script_of_a_hostile_course_runs_for_learner_or_trainer(
    site: Site, open_window: Callable[..., Window], tmp_path: Path
) -> None:
    folder = tmp_path / COURSE
    count = write_course(folder)
    assert count > 50
    for words in (("publish", str(folder)), ("trainers", COURSE, "--add", "pelatih")):
        done = run(site.env, "courses", *words)
        assert done.returncode == 0, done.stdout + done.stderr

    learner = open_window()
    new_learner(learner, "<svg onload=alert(1)>", COURSE)
    for address in ("/", "/belajar", f"/kursus/{COURSE}"):
        learner.open(address)
        inspect(learner)
        expect(learner.page.locator("main")).to_contain_text(TITLE)
    for number in range(1, MODULES + 1):
        learner.open(f"/kursus/{COURSE}/modul-{number}")
        inspect(learner)
        expect(learner.page.locator("main")).to_contain_text("Batas terakhir.")
    learner.press("Kerjakan kuis")
    inspect(learner)
    start_quiz(learner)
    inspect(learner)
    answer_all(learner, {"Mana yang tepat?": Pick(("<img src=x onerror=alert(1)>",))})
    inspect(learner)
    hand_in(learner)
    inspect(learner)
    expect(learner.page.locator("main")).to_contain_text("<img src=x onerror=alert(1)>")

    trainer = open_window(phone=False)
    sign_in(trainer, "pelatih")
    see_everything_in_the_preview(trainer)


def test_the_inspection_finds_what_runs(chromium: Browser) -> None:
    page = chromium.new_page()
    said: list[str] = []

    def hear(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", hear)
    page.route("https://evil.example/**", lambda route: route.fulfill(body=EVIL, content_type="text/html"))
    page.goto("https://evil.example/")
    found = page.evaluate(INSPECT)
    page.close()
    assert found == [
        *("onmouseover=alert(1)", "href=javascript:alert(1)", "src=https://elsewhere.example/x"),
        *("style=color:red", "<iframe></iframe>", "names"),
    ]
    assert set(said) == {"1"}


def write_course(folder: Path) -> int:
    """Write a course of every snippet that may be published; return how many there are.

    Neighbours in the list, which are alike, stand in different modules.
    """
    folder.mkdir()
    (folder / "kursus.md").write_text(HEAD, "utf-8")
    allowed = [snippet for snippet in SNIPPETS if is_allowed(folder, snippet)]
    for number in range(1, MODULES + 1):
        texts = [f"{snippet}\n\nBatas." for snippet in allowed[number - 1 :: MODULES]]
        text = "\n\n".join([*texts, "Batas terakhir."]) + "\n"
        quiz = QUIZ if number == MODULES else ""
        path = folder / f"{number:02d}-modul-{number}.md"
        path.write_text(MODULE.format(number=number) + text + quiz, "utf-8")
    return len(allowed)


def is_allowed(folder: Path, snippet: str) -> bool:
    path = folder / "01-modul-1.md"
    path.write_text(MODULE.format(number=1) + snippet + "\n", "utf-8")
    _document, problems = read_course(folder)
    return not any(problem.blocks_publishing for problem in problems)


def see_everything_in_the_preview(trainer: Window) -> None:
    """Put all snippets into a draft, allowed or not: the preview shows what will never be published."""
    page = trainer.page
    opening = [snippet for snippet in SNIPPETS if snippet.startswith(("<!--", "```", "~~~", "<!", "<?"))]
    closed = [snippet for snippet in SNIPPETS if snippet not in opening]
    text = MODULE.format(number=1) + "\n\nBatas.\n\n".join([*closed, "Sampai sini.", *opening]) + "\n"
    trainer.open(f"/pelatih/kursus/{COURSE}/file/01-modul-1.md")
    page.get_by_label("Isi file (Markdown)").fill(text)
    expect(page.locator("#status")).to_contain_text("Tersimpan pukul")
    preview = page.locator("#pratinjau")
    expect(preview).to_contain_text("Sampai sini.")
    assert preview.get_by_text("Batas.", exact=True).count() > len(closed) * 0.9
    inspect(trainer)
    trainer.press("Simpan konsep")
    inspect(trainer)
    trainer.press("Lihat seperti peserta")
    inspect(trainer)
    expect(page.locator("main")).to_contain_text("Sampai sini.")


def inspect(window: Window) -> None:
    """See that the page holds nothing that runs; what would run anyway is noted by the window."""
    assert window.page.evaluate(INSPECT) == []
