// Ticks of a personal checklist: saved at once for whoever is signed in, kept in the browser for a visitor.

import { SignedOut, clock, send, tell } from "./kirim.js";

const lesson = document.querySelector("[data-pelajaran]");
const boxes = [...document.querySelectorAll('.checks input[name="c"]')];
const form = document.getElementById("daftar");
const line = document.querySelector("[data-simpan]");
const key = `kelas:tamu:${lesson.dataset.pelajaran}`;

function kept() {
  try {
    return JSON.parse(localStorage.getItem(key) || "[]");
  } catch {
    return [];
  }
}

async function save() {
  tell(line, "Sedang menyimpan …", "warn");
  try {
    const answer = await send("POST", form.action, new FormData(form));
    if (!answer.ok) throw new Error(String(answer.status));
    tell(line, `Tersimpan pukul ${clock()}`);
  } catch (error) {
    tell(line, error instanceof SignedOut ? "Anda sudah keluar. Masuk dulu, ya." : "Belum tersimpan. Coba lagi, ya.", "warn");
  }
}

if (boxes.length && form) {
  let timer = 0;
  for (const box of boxes) {
    box.addEventListener("change", () => {
      clearTimeout(timer);
      timer = setTimeout(save, 300);
    });
  }
  const before = kept().filter((id) => boxes.some((box) => box.value === id && !box.checked));
  const offer = document.querySelector("[data-ambil]");
  if (before.length && offer) {
    offer.hidden = false;
    offer.querySelector("button").addEventListener("click", async () => {
      for (const box of boxes) if (before.includes(box.value)) box.checked = true;
      offer.hidden = true;
      await save();
      localStorage.removeItem(key);
    });
  }
} else if (boxes.length) {
  const ticked = kept();
  for (const box of boxes) {
    box.checked = ticked.includes(box.value);
    box.addEventListener("change", () => {
      try {
        localStorage.setItem(key, JSON.stringify(boxes.filter((one) => one.checked).map((one) => one.value)));
        tell(line, `Tersimpan di HP ini, ${clock()}`);
      } catch {
        tell(line, "HP ini tidak bisa menyimpan centang.", "warn");
      }
    });
  }
}
