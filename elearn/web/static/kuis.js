// A question's answer is saved while it is given; what cannot be sent waits in this browser.
// Without this script the page is one ordinary form, with the same meaning.

import { SignedOut, clock, send, tell } from "./kirim.js";

const form = document.querySelector("form[data-soal]");
const root = document.querySelector("[data-percobaan]");
const line = document.querySelector("[data-simpan]");

// What waits belongs to the account that made it, and to one attempt.
const prefix = `kelas:${root.dataset.akun}:${root.dataset.percobaan}:`;

const store = {
  put(entry) {
    try {
      localStorage.setItem(prefix + entry.item, JSON.stringify(entry));
    } catch {
      // A full or forbidden storage: the form still sends the answer.
    }
  },
  drop(entry) {
    try {
      const now = JSON.parse(localStorage.getItem(prefix + entry.item) || "null");
      if (now && now.event === entry.event) localStorage.removeItem(prefix + entry.item);
    } catch {
      // Nothing can be stored, so nothing waits.
    }
  },
  all() {
    const found = [];
    try {
      for (let n = 0; n < localStorage.length; n += 1) {
        const key = localStorage.key(n);
        if (key.startsWith(prefix)) found.push(JSON.parse(localStorage.getItem(key)));
      }
    } catch {
      return [];
    }
    return found.filter(Boolean);
  },
};

function answerOf(fields) {
  const kind = form.dataset.jenis;
  if (kind === "single" || kind === "multiple" || kind === "true_false") return fields.getAll("answer");
  if (kind === "order") return fields.getAll("answer");
  if (kind === "match") {
    const pairs = {};
    for (const [name, value] of fields) if (name.startsWith("answer.") && value) pairs[name.slice(7)] = value;
    return pairs;
  }
  return fields.get("answer") || "";
}

let running = Promise.resolve();
let refused = false;

async function deliver(entry) {
  const { event, item, base, answer } = entry;
  const reply = await send("PUT", `${root.dataset.alamat}/jawaban`, JSON.stringify({ event, item, base, answer }));
  if (reply.ok) {
    store.drop(entry);
    return reply.json();
  }
  if (reply.status === 409 || reply.status === 422 || reply.status === 413 || reply.status === 404) {
    // No use in trying again: closed, or no answer to this question.
    store.drop(entry);
    const { message } = await reply.json().catch(() => ({}));
    refused = true;
    tell(line, message || "Jawaban ini belum bisa disimpan.", "warn");
    return null;
  }
  throw new Error(String(reply.status));
}

function explain(error) {
  if (error instanceof SignedOut) {
    tell(line, "Anda sudah keluar. Jawaban menunggu di HP ini. Masuk lagi, lalu buka soal ini.", "warn");
  } else {
    tell(line, "Belum terkirim. Jawaban menunggu di HP ini dan dikirim nanti.", "warn");
  }
}

function queue(work) {
  running = running.then(work, work);
  return running;
}

function flush(aloud = false) {
  return queue(async () => {
    const waiting = store.all();
    for (const entry of waiting) {
      try {
        const saved = await deliver(entry);
        if (saved && form && entry.item === form.item.value) form.base.value = saved.number;
      } catch (error) {
        explain(error);
        return false;
      }
    }
    if (aloud && waiting.length && !refused) tell(line, "Sudah tersambung. Jawaban Anda sudah dikirim.");
    return true;
  });
}

// Keep what the form says now; the form itself would send it under the same event.
function note() {
  const entry = {
    event: crypto.randomUUID(),
    item: form.item.value,
    base: Number(form.base.value),
    answer: answerOf(new FormData(form)),
  };
  store.put(entry);
  form.event.value = entry.event;
  return entry;
}

// Saves under way or waiting for their turn.
let unsaved = 0;

function save() {
  const entry = note();
  refused = false;
  unsaved += 1;
  tell(line, "Sedang menyimpan …", "warn");
  return queue(async () => {
    // The number may have gone on while this one waited for its turn.
    entry.base = Number(form.base.value);
    store.put(entry);
    try {
      const saved = await deliver(entry);
      if (!saved) return;
      form.base.value = saved.number;
      if (unsaved > 1) return; // something newer is still to be saved
      const words = saved.stale
        ? "Tersimpan. Soal ini juga dijawab di tempat lain: muat ulang untuk melihat keduanya."
        : `Tersimpan pukul ${clock()}`;
      tell(line, words, saved.stale ? "warn" : "ok");
    } catch (error) {
      explain(error);
    } finally {
      unsaved -= 1;
    }
  });
}

if (form && typeof crypto.randomUUID === "function") {
  let timer = 0;
  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = 0;
      save();
    }, wait);
  };
  form.addEventListener("input", (event) => later(event.target.matches("input[type=text], textarea") ? 800 : 0));
  form.addEventListener("submit", (event) => {
    if (timer) note();
    clearTimeout(timer);
    timer = 0;
    if (!unsaved) return;
    // What is being saved comes first, else the form would seem to come from a forgotten tab.
    event.preventDefault();
    queue(() => form.requestSubmit(event.submitter));
  });
}

// Handing in is never queued: what waits goes first.
const hand = document.querySelector("form[data-kirim]");
if (hand) {
  hand.addEventListener("submit", async (event) => {
    if (!store.all().length) return;
    event.preventDefault();
    if (await flush()) hand.submit();
  });
}

addEventListener("online", () => flush(true));
addEventListener("offline", () =>
  tell(line, "Internet terputus. Jawaban tetap tersimpan di HP ini dan dikirim nanti.", "warn"),
);
if (store.all().length) flush();

// Time left, where there is a limit: the server decides, this only shows it.
const limit = document.querySelector("[data-sampai]");
if (limit) {
  const offset = Date.parse(limit.dataset.sekarang) - Date.now();
  const show = () => {
    const left = Math.max(0, Math.round((Date.parse(limit.dataset.sampai) - Date.now() - offset) / 1000));
    limit.textContent = left >= 60 ? `Sisa ${Math.ceil(left / 60)} menit` : `Sisa ${left} detik`;
  };
  show();
  setInterval(show, 1000);
}
