// On the learner's home: what was ticked in this browser before signing in is taken over with one press.

import { send } from "./kirim.js";
import { keep, read } from "./simpan.js";

const offer = document.querySelector("[data-tamu]");
const before = "kelas:tamu:";
const words = offer.querySelector("span");
const button = offer.querySelector("button");
let keys = [];
try {
  keys = Object.keys(localStorage).filter((key) => key.startsWith(before));
} catch {
  // Without storage nothing was kept.
}

async function take() {
  button.disabled = true;
  try {
    for (const key of keys) {
      const body = new FormData();
      for (const id of read(key, [])) body.append("c", id);
      const answer = await send("POST", `/kursus/${key.slice(before.length)}/daftar`, body);
      // What is no longer there cannot be taken over.
      if (answer.ok || answer.status === 404) keep(key, []);
      else throw answer;
    }
    words.textContent = button.dataset.selesai;
    button.hidden = true;
  } catch {
    words.textContent = button.dataset.gagal;
    button.disabled = false;
  }
}

offer.hidden = !keys.length;
button.addEventListener("click", take);
