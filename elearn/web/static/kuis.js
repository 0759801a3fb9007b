// An answer is kept in this browser while it is given, and sent as soon as the network takes it.
// All questions are fetched once, so that one can go from one to the next without the network.
// Without this script every question is one ordinary form, with the same meaning.

import { say } from "./kata.js";
import { SignedOut, clock, send, tell } from "./kirim.js";

const root = document.querySelector("[data-percobaan]");
const address = root.dataset.alamat;
const strip = root.querySelector("[data-jaringan]");
// What waits belongs to the account that made it, and to one attempt.
const prefix = `kelas:${root.dataset.akun}:${root.dataset.percobaan}:`;
const placeKey = `kelas-di:${root.dataset.akun}:${root.dataset.percobaan}`;
const tab = uuid();

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
  return bytes.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}

// --- What waits, the oldest first ---

const waiting = [];
let kept = true;

function keep(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

function put(entry) {
  kept = keep(prefix + entry.event, JSON.stringify(entry));
}

function drop(entry) {
  waiting.splice(waiting.indexOf(entry), 1);
  keep(prefix + entry.event, null);
}

try {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(prefix)) waiting.push(JSON.parse(localStorage.getItem(key)));
  }
  waiting.sort((one, other) => one.at - other.at);
} catch {
  // Nothing can be kept here, so nothing waits.
}

const waits = (item) => waiting.filter((entry) => entry.item === item);

// --- One question ---

const forms = new Map();
let current = null;
let moved = 0;

const place = (form) => Number(form.dataset.soal);
const line = (form) => form.querySelector("[data-simpan]");
const formOf = (item) => [...forms.values()].find((form) => form.item.value === item);

function answerOf(form) {
  const fields = new FormData(form);
  const kind = form.dataset.jenis;
  if (kind === "match") {
    const pairs = [...fields].filter(([name, value]) => name.startsWith("answer.") && value);
    return Object.fromEntries(pairs.map(([name, value]) => [name.slice(7), value]));
  }
  return ["text", "number", "essay"].includes(kind) ? fields.get("answer") : fields.getAll("answer");
}

function fill(form, answer) {
  let n = 0;
  for (const field of form.elements) {
    if (field.type === "radio" || field.type === "checkbox") field.checked = answer.includes(field.value);
    else if (field.name === "answer") field.value = (typeof answer === "string" ? answer : answer[n++]) ?? "";
    else if (field.name?.startsWith("answer.")) field.value = answer[field.name.slice(7)] ?? "";
  }
  form.dispatchEvent(new Event("diisi"));
}

// Keep what the form says now. What may have reached the server stays before it, and is not taken back.
function note(form) {
  const item = form.item.value;
  const last = waits(item).pop();
  if (last && !last.tried && last.tab === tab) drop(last);
  const entry = { event: uuid(), item, base: Number(form.base.value), answer: answerOf(form), at: Date.now(), tab };
  waiting.push(entry);
  put(entry);
  show(form);
}

// The state of a question: in its number, and beside its button.
function show(form, failed = false) {
  const answer = answerOf(form);
  const given = typeof answer === "string" ? [answer.trim()] : Object.values(answer);
  const some = given.some(Boolean);
  const parts = form.querySelectorAll("select").length;
  const whole = some && (!parts || given.filter(Boolean).length === parts);
  const open = waits(form.item.value).length > 0;
  const state = failed ? "failed" : open ? "waits" : whole ? "full" : some ? "half" : "none";
  const link = root.querySelector(`[data-nomor="${place(form)}"]`);
  if (link) {
    const { classList } = link.firstElementChild;
    classList.toggle("d", whole);
    classList.toggle("half", some && !whole);
    classList.toggle("wait", open || failed);
    link.setAttribute("aria-label", say("label", { n: place(form), state: say(state) }));
  }
  const empty = form.querySelector("[data-kosong]");
  if (empty) empty.hidden = !some;
  const count = form.querySelector("[data-hitung]");
  if (count) count.textContent = say("count", { n: answer.length, most: form.elements.answer.maxLength });
}

function adopt(form) {
  forms.set(place(form), form);
  let timer = 0;
  form.addEventListener("input", (event) => {
    note(form);
    moved = 0;
    clearTimeout(timer);
    timer = setTimeout(deliver, event.target.matches("input[type=text], textarea") ? 800 : 0);
  });
  form.addEventListener("submit", (event) => leave(form, event));
  if (form.dataset.jenis === "order") import("./urut.js").then(({ sortable }) => sortable(form));
  const last = waits(form.item.value).pop();
  if (!last) return;
  fill(form, last.answer);
  show(form);
  tell(line(form), say("here", { hour: clock(last.at) }), "warn");
}

// --- Sending, one after the other ---

let running = null;
let pause = 1;
let timer = 0;

function deliver() {
  running ??= run().finally(() => {
    running = null;
  });
  return running;
}

async function run() {
  clearTimeout(timer);
  while (waiting.length) {
    const entry = waiting[0];
    const form = formOf(entry.item);
    entry.tried = true;
    put(entry);
    if (form && waits(entry.item).length === 1) tell(line(form), say("saving"), "warn");
    try {
      const { event, item, base, answer } = entry;
      const reply = await send("PUT", `${address}/jawaban`, JSON.stringify({ event, item, base, answer }));
      if (reply.status === 403 || reply.status === 429 || reply.status > 499) throw new Error(String(reply.status));
      const said = await reply.json();
      drop(entry);
      if (reply.ok) saved(entry, form, said);
      else if (form) refuse(form, said.message);
    } catch (error) {
      stop(error);
      return false;
    }
  }
  if (!strip.hidden) {
    strip.hidden = pause === 1 && !strip.dataset.gagal;
    strip.querySelector("span").textContent = say("back");
    strip.querySelector("a").hidden = true;
    strip.className = "strip ok";
  }
  pause = 1;
  return true;
}

function saved(entry, form, said) {
  for (const later of waits(entry.item)) {
    // Given in the knowledge of this one.
    if (later.tab !== entry.tab && later.tab !== tab) continue;
    later.base = said.number;
    put(later);
  }
  if (!form) return;
  form.base.value = said.number;
  show(form);
  if (waits(entry.item).length) return;
  const wrong = form.querySelector("[data-salah]");
  if (wrong) {
    wrong.hidden = !said.unclear;
    wrong.querySelector("span").textContent = said.unclear || "";
    form.elements.answer.toggleAttribute("aria-invalid", Boolean(said.unclear));
  }
  form.querySelector("[data-beda]")?.remove();
  tell(line(form), said.stale ? say("both") : say("saved", { hour: clock() }), said.stale ? "warn" : "ok");
  if (said.stale) showBoth(form);
}

// No use in trying again: closed, or no answer to this question.
function refuse(form, message) {
  show(form, true);
  tell(line(form), message || say("refused"), "warn");
}

function stop(error) {
  const out = error instanceof SignedOut;
  for (const entry of waiting) {
    const form = formOf(entry.item);
    if (!form) continue;
    show(form, out || !kept);
    tell(line(form), kept ? say("here", { hour: clock(entry.at) }) : say("unsent"), "warn");
  }
  strip.hidden = false;
  strip.dataset.gagal = "";
  strip.className = "strip warn";
  strip.querySelector("span").textContent = say(out ? "out" : "lost");
  const link = strip.querySelector("a");
  link.hidden = !out;
  link.href = `/masuk?next=${encodeURIComponent(location.pathname + location.search)}`;
  if (out) return;
  pause = Math.min(60, pause * 2);
  timer = setTimeout(deliver, pause * 1000);
}

// The same question was answered in another place: show both answers, as the server has them.
async function showBoth(form) {
  try {
    const answer = await fetch(`${address}?soal=${place(form)}`);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("form[data-soal]");
    if (!fresh) return;
    const both = fresh.querySelector("[data-beda]");
    if (both) form.querySelector("fieldset").before(both);
    else fill(form, answerOf(fresh)); // an empty answer that does not count
    show(form);
  } catch {
    // The next look at this question shows both.
  }
}

// --- From one question to another ---

function go(number, { push = true } = {}) {
  const next = forms.get(number);
  if (!next || !current) return false;
  if (next !== current) current.replaceWith(next);
  current = next;
  moved = Date.now();
  if (push) history.pushState(null, "", `${address}?soal=${number}`);
  document.title = document.title.replace(/^[^,]*/, say("place", { n: number }));
  root.querySelector(".crumb [aria-current]").textContent = say("place", { n: number });
  for (const link of root.querySelectorAll("[data-nomor]")) link.removeAttribute("aria-current");
  root.querySelector(`[data-nomor="${number}"]`).setAttribute("aria-current", "page");
  keep(placeKey, number);
  scrollTo(0, 0);
  next.querySelector(".prompt").focus({ preventScroll: true });
  return true;
}

// To another page of this attempt: what waits goes first, and without the network one stays.
async function visit(target) {
  if ((await deliver()) && navigator.onLine) location.assign(target);
  else if (!waiting.length) stop(new Error("offline"));
}

function leave(form, event) {
  event.preventDefault();
  const pressed = event.submitter;
  // The second half of a double press that brought this question here.
  if (Date.now() - moved < 500) return;
  if (pressed?.name === "kosongkan" || pressed?.name === "pakai") {
    fill(form, pressed.name === "pakai" ? JSON.parse(pressed.dataset.jawaban) : []);
    form.querySelector("[data-beda]")?.remove();
    note(form);
    deliver();
    return;
  }
  if (!current) {
    deliver();
    return;
  }
  const next = place(form) + 1;
  if (root.querySelector(`[data-nomor="${next}"]`) === null) visit(`${address}?tinjau=1`);
  else if (go(next)) deliver();
  else visit(`${address}?soal=${next}`);
}

root.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link?.getAttribute("href").startsWith(`${address}?`) || event.ctrlKey || event.metaKey) return;
  const number = Number(new URL(link.href).searchParams.get("soal"));
  event.preventDefault();
  if (!number || !go(number)) visit(link.href);
});

addEventListener("popstate", () => {
  const number = Number(new URLSearchParams(location.search).get("soal"));
  if (current && number && !go(number, { push: false })) location.reload();
});

async function fetchOthers() {
  const asked = new URLSearchParams(location.search).has("soal");
  try {
    const answer = await fetch(`${address}?lembar=1`);
    const sheets = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const form of sheets.querySelectorAll("form[data-soal]")) {
      if (!forms.has(place(form))) adopt(document.importNode(form, true));
    }
  } catch {
    return; // each question comes from the server, then
  }
  let before = 0;
  try {
    before = Number(localStorage.getItem(placeKey));
  } catch {
    // It begins where the server says.
  }
  // Back to where one was, unless something is being answered here already.
  if (!asked && before && before !== place(current) && !waits(current.item.value).length) go(before);
}

for (const form of root.querySelectorAll("form[data-soal]")) adopt(form);
if (forms.size && !("semua" in root.dataset)) {
  [current] = forms.values();
  if (new URLSearchParams(location.search).has("soal")) keep(placeKey, place(current));
  fetchOthers();
}

// --- Before handing in: what waits goes first, and handing in itself never waits ---

const hand = root.querySelector("form[data-kirim]");
if (hand) {
  for (const { item } of waiting) {
    const tag = root.querySelector(`[data-item="${CSS.escape(item)}"] .tag`);
    if (!tag) continue;
    tag.className = "tag warn";
    tag.textContent = say("tagged");
  }
  hand.addEventListener("submit", async (event) => {
    if (!waiting.length && navigator.onLine) return;
    event.preventDefault();
    if ((await deliver()) && navigator.onLine) hand.submit();
    else if (!waiting.length) stop(new Error("offline"));
  });
}

if (waiting.length) {
  deliver().then((done) => {
    if (done && hand) location.reload();
  });
}
addEventListener("online", deliver);
addEventListener("offline", () => stop(new Error("offline")));
addEventListener("pagehide", () => waiting.length && deliver());
document.addEventListener("visibilitychange", () => waiting.length && !document.hidden && deliver());
addEventListener("beforeunload", (event) => {
  if (waiting.length && !kept) event.preventDefault();
});

// Time left, where there is a limit: the server decides, this only shows it.
const limit = root.querySelector("[data-sampai]");
if (limit) {
  const offset = Date.parse(limit.dataset.sekarang) - Date.now();
  const tick = () => {
    const left = Math.round((Date.parse(limit.dataset.sampai) - Date.now() - offset) / 1000);
    if (left < 1) limit.textContent = say("over");
    else limit.textContent = left > 59 ? say("minutes", { n: Math.ceil(left / 60) }) : say("seconds", { n: left });
  };
  tick();
  setInterval(tick, 1000);
}
