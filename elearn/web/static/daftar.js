// Ticks of a personal checklist. A member's are sent at once, and wait in this browser, under the account, while
// they cannot be; a visitor's stay in the browser until an account takes them over.

import { say } from "./kata.js";
import { SignedOut, clock, send, tell } from "./kirim.js";
import { keep, read } from "./simpan.js";

// One list: the lines of a lesson, on its own page or beside those of other lessons on /kesiapan.
function begin(lesson) {
  const { pelajaran } = lesson.dataset;
  const boxes = [...lesson.querySelectorAll('.checks input[name="c"]:enabled')];
  const form = boxes[0]?.form;
  const line = lesson.querySelector("[data-simpan]");
  const guest = `kelas:tamu:${pelajaran}`;
  const kept = read(guest, []);

  function asMember(mine) {
    // Lines by id, ticked or not, that are not saved yet.
    let waits = read(mine, {});
    let timer = 0;
    let sending = false;

    function show(ticks) {
      for (const box of boxes) {
        const waiting = box.value in waits;
        if (waiting || ticks) box.checked = waits[box.value] ?? ticks.includes(box.value);
        const label = box.closest("label");
        if (waiting) label.append(label.querySelector("small") ?? document.createElement("small"));
        const state = label.querySelector("small");
        if (!state) continue;
        state.className = waiting ? "state wait" : "state";
        state.textContent = say(waiting ? "waits" : "saved");
      }
      lesson.dispatchEvent(new Event("daftar", { bubbles: true }));
    }

    function later(pause) {
      clearTimeout(timer);
      timer = setTimeout(flush, pause);
    }

    function wait(ids, on) {
      for (const id of ids) waits[id] = on;
      show();
      later(300);
      return keep(mine, waits);
    }

    async function flush() {
      const now = { ...waits };
      if (sending || !Object.keys(now).length) return;
      sending = true;
      const body = new FormData();
      for (const id in now) body.append(now[id] ? "c" : "dulu", id);
      try {
        const answer = await send("POST", form.action, body);
        if (!answer.ok) throw answer;
        const { ticks } = await answer.json();
        for (const id in now) if (waits[id] === now[id]) delete waits[id];
        keep(mine, waits);
        show(ticks);
        tell(line, say("savedAt", { hour: clock() }));
        later(0);
      } catch (error) {
        tell(line, say(error instanceof SignedOut ? "signedOut" : "failed"), "warn");
        // What is refused for good, or signed out, waits for the next look at this page.
        if (error instanceof TypeError || error.status > 428) later(8000);
      }
      sending = false;
    }

    for (const box of boxes) box.addEventListener("change", () => wait([box.value], box.checked));
    addEventListener("online", flush);
    addEventListener("storage", ({ key }) => {
      if (key !== mine) return;
      waits = read(mine, {});
      show();
    });
    [...form.elements].find((one) => one.localName === "button").hidden = true;
    show();
    flush();

    const before = kept.filter((id) => boxes.some((box) => box.value === id && !box.checked));
    const offer = lesson.querySelector("[data-ambil]");
    if (!offer) return;
    offer.hidden = !before.length;
    offer.querySelector("button").addEventListener("click", () => {
      offer.hidden = true;
      if (wait(before, true)) keep(guest, []);
    });
  }

  function asVisitor() {
    for (const box of boxes) {
      box.checked = kept.includes(box.value);
      box.addEventListener("change", () => {
        const done = keep(guest, boxes.filter((one) => one.checked).map((one) => one.value));
        tell(line, say(done ? "keptHere" : "cannotKeep", { hour: clock() }), done ? "ok" : "warn");
      });
    }
  }

  if (form) asMember(`kelas:centang:${document.querySelector('meta[name="csrf-token"]').dataset.akun}:${pelajaran}`);
  else asVisitor();
}

for (const lesson of document.querySelectorAll("[data-pelajaran]")) begin(lesson);
