// The editor: saves by itself, renews preview and problems, jumps to lines.
import { say } from "./kata.js";

const byId = (id) => document.getElementById(id);
const form = byId("sunting");
const text = form.elements.teks;
const number = form.elements.nomor;
const status = byId("status");
const preview = byId("pratinjau");
const count = byId("hitung");
const token = document.querySelector('meta[name="csrf-token"]').content;

const PAUSE = 1500; // milliseconds without a key before it is saved
const RETRY = 10000;

let saved = text.value;
let timer = 0;
let sending = false;
let waiting = null; // the button pressed while a save was under way: sent after it, with the new number
let stopped = false; // another tab has saved, or somebody has signed out: only a press saves from here on

function show(words, bad = false) {
  status.textContent = words;
  status.className = bad ? "err" : "save";
}

function countWords() {
  const words = text.value.split(/\s+/).filter((part) => /[\p{L}\p{N}]/u.test(part)).length;
  const n = words.toLocaleString(document.documentElement.lang);
  count.textContent = say("words", { n, minutes: Math.max(1, Math.round(words / 180)) });
}

function later(pause) {
  clearTimeout(timer);
  if (!stopped) timer = setTimeout(save, pause);
}

async function save() {
  if (sending || stopped || text.value === saved) return;
  sending = true;
  const sent = text.value;
  show(say("saving"));
  try {
    const answer = await fetch(form.dataset.save, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ teks: sent, nomor: Number(number.value) }),
    });
    const reply = await answer.json().catch(() => ({}));
    if (answer.ok) {
      take(reply, sent);
    } else if ([401, 403, 404, 409].includes(answer.status)) {
      stopped = true;
      show(reply.message || say("press"), true);
    } else {
      show(reply.message || say("again"), true);
      if (answer.status >= 500) later(RETRY);
    }
  } catch {
    show(say("again"), true);
    later(RETRY);
  } finally {
    sending = false;
  }
  if (waiting) {
    form.requestSubmit(waiting);
    return;
  }
  if (!stopped && text.value !== saved && text.value !== sent) later(PAUSE);
}

function take(reply, sent) {
  number.value = reply.nomor;
  saved = sent;
  // What the server added (ids, canonical form) comes in only where nothing was typed meanwhile.
  if (text.value === sent && reply.teks !== sent) {
    const [from, to] = [text.selectionStart, text.selectionEnd].map((at) => moved(sent, reply.teks, at));
    const top = text.scrollTop;
    text.value = reply.teks;
    text.setSelectionRange(from, to);
    text.scrollTop = top;
    saved = text.value;
  }
  show(say("saved", { hour: reply.pukul }));
  // Made safe by the renderer that also publishes.
  if (reply.html !== null) {
    preview.innerHTML = reply.html;
    byId("masalah").innerHTML = reply.masalah;
    byId("tertahan").textContent = reply.tertahan;
  }
}

const startOf = (row, lines) => lines.slice(0, row).join("\n").length + (row ? 1 : 0);

// Where the place *at* of *before* is in *after*, which has the same lines and some more between.
function moved(before, after, at) {
  const until = before.slice(0, at).split("\n");
  const lines = after.split("\n");
  let row = -1;
  for (const line of before.split("\n").slice(0, until.length)) {
    row += 1;
    while (row < lines.length && !lines[row].startsWith(line.trimEnd())) row += 1;
  }
  if (row >= lines.length) return Math.min(at, after.length);
  return startOf(row, lines) + Math.min(until.pop().length, lines[row].length);
}

function jump(line) {
  const lines = text.value.split("\n");
  const row = Math.min(Math.max(line, 1), lines.length) - 1;
  const start = startOf(row, lines);
  text.focus({ preventScroll: true });
  text.setSelectionRange(start, start + lines[row].length);
  // Long lines wrap, so the row is looked up by its share of the height, a third from the top.
  text.scrollTop = (row / lines.length) * text.scrollHeight - text.clientHeight / 3;
  text.scrollIntoView({ block: "center" });
}

function jumpToHash() {
  const line = Number(/^#baris-(\d+)$/.exec(location.hash)?.[1]);
  if (line) jump(line);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-line]");
  if (!link) return;
  event.preventDefault();
  jump(Number(link.dataset.line));
});
text.addEventListener("input", () => {
  countWords();
  later(PAUSE);
});
form.addEventListener("submit", (event) => {
  clearTimeout(timer);
  if (sending) {
    event.preventDefault();
    waiting = event.submitter;
    return;
  }
  stopped = true;
  saved = text.value;
});
addEventListener("beforeunload", (event) => {
  if (text.value !== saved) event.preventDefault();
});
addEventListener("hashchange", jumpToHash);
countWords();
jumpToHash();
