// An answer is kept in this browser while it is given, and sent as soon as the network takes it.
// All questions are fetched once: from one to the next needs no network. Without this script each is a form.
import { say } from "./kata.js";
import { SignedOut, clock, send, tell } from "./kirim.js";

const root = document.querySelector("[data-percobaan]");
const find = (what) => root.querySelector(what);
const { akun, percobaan, alamat, semua } = root.dataset;
// What waits belongs to the account that made it, and to one attempt.
const prefix = `kelas:${akun}:${percobaan}:`;
const placeKey = `di:${prefix}`;
const uuid = () =>
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16),
  );
const tab = uuid();
const asked = () => Number(new URLSearchParams(location.search).get("soal"));

let store = {};
let kept = false;
try {
  store = localStorage;
  kept = true;
} catch {
  // It waits in this page alone.
}
const keys = Object.keys(store).filter((key) => key.startsWith(prefix));
// The oldest first.
let waiting = keys.map((key) => JSON.parse(store[key])).sort((one, other) => one.at - other.at);

function put(entry) {
  try {
    store[prefix + entry.event] = JSON.stringify(entry);
  } catch {
    kept = false;
  }
}

function drop(entry) {
  waiting = waiting.filter((one) => one !== entry);
  delete store[prefix + entry.event];
}

// --- One question ---

const forms = new Map();
const sent = new Map();
let current;
let moved = 0;

const place = (form) => Number(form.dataset.soal);
const formOf = (item) => [...forms.values()].find((form) => form.item.value === item);
const waits = (form) => waiting.filter(({ item }) => item === form.item.value);
const status = (form, words, kind = "warn") => tell(form.querySelector("[data-simpan]"), words, kind);
const waitsHere = (form, at) => status(form, say(kept ? "here" : "unsent", { hour: clock(at) }));

function answerOf(form) {
  const fields = [...new FormData(form)].filter(([name]) => name.startsWith("answer"));
  const { jenis } = form.dataset;
  if (jenis === "match") return Object.fromEntries(fields.filter(([, id]) => id).map(([name, id]) => [name.slice(7), id]));
  const given = fields.map(([, value]) => value);
  return /text|number|essay/.test(jenis) ? given[0] : given;
}

function fill(form, answer) {
  const given = [].concat(answer);
  for (const field of form.elements) {
    if (/radio|checkbox/.test(field.type)) field.checked = given.includes(field.value);
    else if (field.name === "answer") field.value = given.shift() ?? "";
    else if (/^answer/.test(field.name)) field.value = answer[field.name.slice(7)] ?? "";
  }
  form.dispatchEvent(new Event("diisi"));
}

// Keep what the form says now. What may have reached the server stays before it, and is not taken back.
function note(form) {
  const last = waits(form).pop();
  if (last?.tab === tab && !last.tried) drop(last);
  const { item, base } = form;
  const entry = { event: uuid(), item: item.value, base: +base.value, answer: answerOf(form), at: Date.now(), tab };
  waiting.push(entry);
  put(entry);
  show(form);
}

// The state of a question, in its number.
function show(form, failed = false) {
  const answer = answerOf(form);
  const given = (answer.trim ? [answer.trim()] : Object.values(answer)).filter(Boolean).length;
  const whole = given >= (form.querySelectorAll("select").length || 1);
  const open = failed || waits(form).length > 0;
  const state = failed ? "failed" : open ? "waits" : whole ? "full" : given ? "half" : "none";
  const link = find(`[data-nomor="${place(form)}"]`);
  link.ariaLabel = say("label", { n: place(form), state: say(state) });
  link.firstElementChild.className = `dot ${whole ? "d" : given ? "half" : ""} ${open ? "wait" : ""}`;
  const count = form.querySelector("[data-hitung]");
  if (count) count.textContent = say("count", { n: answer.length, most: count.dataset.hitung });
}

function adopt(form) {
  forms.set(place(form), form);
  let timer;
  form.addEventListener("input", ({ target }) => {
    note(form);
    moved = 0;
    clearTimeout(timer);
    timer = setTimeout(deliver, target.matches("[type=text], textarea") ? 800 : 0);
  });
  form.addEventListener("submit", leave);
  if (form.dataset.jenis === "order") import("./urut.js").then(({ sortable }) => sortable(form));
  // What waits, or was sent while this question was on its way here.
  const last = waits(form).pop();
  const known = last ?? sent.get(form.item.value);
  if (!known) return;
  fill(form, known.answer);
  form.base.value = known.base;
  show(form);
  if (last) waitsHere(form, last.at);
}

// --- Sending, one after the other ---

const strip = find("[data-jaringan]");
const [words, signIn] = strip.querySelectorAll("span, a");
const lost = new Error();
let running;
let pause = 1;
let again;

function deliver() {
  running ??= run().finally(() => {
    running = null;
  });
  return running;
}

async function run() {
  clearTimeout(again);
  while (waiting.length) {
    const [entry] = waiting;
    let form = formOf(entry.item);
    entry.tried = true;
    put(entry);
    if (form) status(form, say("saving"));
    try {
      const { event, item, base, answer } = entry;
      const reply = await send("PUT", `${alamat}/jawaban`, JSON.stringify({ event, item, base, answer }));
      if (reply.status > 499 || reply.status === 403 || reply.status === 429) throw lost;
      const said = await reply.json();
      drop(entry);
      form = formOf(item);
      sent.set(item, { answer, base: said.number });
      if (reply.ok) saved(entry, form, said);
      else if (form) {
        // No use in trying again: closed, or no answer to this question.
        show(form, true);
        status(form, said.message);
      }
    } catch (error) {
      return stop(error);
    }
  }
  pause = 1;
  if (!navigator.onLine) return true;
  strip.hidden ||= strip.classList.contains("ok");
  strip.className = "strip ok";
  words.textContent = say("back");
  signIn.hidden = true;
  return true;
}

function saved({ item, tab: from }, form, { number, stale, unclear }) {
  for (const later of waiting) {
    // Given in the knowledge of this one.
    if (later.item !== item || (later.tab !== from && later.tab !== tab)) continue;
    later.base = number;
    put(later);
  }
  if (!form) return;
  form.base.value = number;
  show(form);
  if (waits(form).length) return;
  form.querySelector("[data-salah]")?.remove();
  status(form, unclear ?? say("saved", { hour: clock() }), unclear ? "warn" : "ok");
  // Also answered in another place: the server shows both.
  if (stale) location.assign(`${alamat}?soal=${place(form)}`);
}

function stop(error) {
  const out = error instanceof SignedOut;
  for (const { item, at } of waiting) {
    const form = formOf(item);
    if (!form) continue;
    show(form, out || !kept);
    waitsHere(form, at);
  }
  strip.hidden = false;
  strip.className = "strip warn";
  words.textContent = say(out ? "out" : "lost");
  signIn.hidden = !out;
  signIn.href = `/masuk?next=${encodeURIComponent(location.pathname + location.search)}`;
  pause = Math.min(60, pause * 2);
  if (!out && waiting.length) again = setTimeout(deliver, pause * 1000);
  return false;
}

// --- From one question to another ---

function go(number, push = true) {
  const next = forms.get(number);
  if (!next || !current) return false;
  current.replaceWith(next);
  current = next;
  moved = Date.now();
  if (push) history.pushState(null, "", `${alamat}?soal=${number}`);
  find(".qnav [aria-current]").removeAttribute("aria-current");
  find(`[data-nomor="${number}"]`).ariaCurrent = "page";
  store[placeKey] = number;
  scrollTo(0, 0);
  next.querySelector(".prompt").focus({ preventScroll: true });
  return true;
}

// To another page: what waits goes first, and without the network one stays.
async function visit(act) {
  if (await deliver()) navigator.onLine ? act() : stop(lost);
}

function leave(event) {
  event.preventDefault();
  const form = event.target;
  const { name, dataset } = event.submitter ?? form;
  const next = place(form) + 1;
  // The second half of a double press that brought this question here.
  if (Date.now() - moved < 500) return;
  if (name === "kosongkan" || name === "pakai") {
    fill(form, JSON.parse(dataset.jawaban ?? "[]"));
    form.querySelector("[data-beda]")?.remove();
    note(form);
  } else if (current && !go(next)) {
    visit(() => location.assign(`${alamat}?${find(`[data-nomor="${next}"]`) ? `soal=${next}` : "tinjau=1"}`));
  }
  deliver();
}

root.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link?.getAttribute("href").startsWith(`${alamat}?`) || event.ctrlKey) return;
  event.preventDefault();
  if (!go(Number(new URL(link).searchParams.get("soal")))) visit(() => location.assign(link));
});
addEventListener("popstate", () => go(asked(), false) || location.reload());

async function fetchOthers() {
  const before = Number(store[placeKey]);
  const here = asked();
  if (here) store[placeKey] = here;
  try {
    const sheets = await (await fetch(`${alamat}?lembar=1`)).text();
    const found = new DOMParser().parseFromString(sheets, "text/html").querySelectorAll("form[data-soal]");
    for (const form of found) if (!forms.has(place(form))) adopt(document.importNode(form, true));
  } catch {
    return; // each question comes from the server, then
  }
  // Back to where one was, unless something is being answered here already.
  if (!here && before && !waits(current).length) go(before);
}

for (const form of root.querySelectorAll("form[data-soal]")) adopt(form);
if (forms.size && semua === undefined) {
  [current] = forms.values();
  fetchOthers();
}

// --- Before handing in: what waits goes first, and handing in itself never waits ---

const hand = find("form[data-kirim]");
if (hand) {
  for (const { item } of waiting) find(`[data-item="${item}"] .tag`).textContent = say("tagged");
  hand.addEventListener("submit", (event) => {
    event.preventDefault();
    visit(() => hand.submit());
  });
}

if (waiting.length) deliver().then((done) => done && hand && location.reload());
addEventListener("online", deliver);
addEventListener("offline", () => stop(lost));
addEventListener("pagehide", deliver);
document.addEventListener("visibilitychange", () => document.hidden || deliver());
addEventListener("beforeunload", (event) => kept || !waiting.length || event.preventDefault());

// Time left, where there is a limit: the server decides, this only shows it.
const limit = find("[data-sampai]");
if (limit) {
  const ends = Date.parse(limit.dataset.sampai) - Date.parse(limit.dataset.sekarang) + Date.now();
  setInterval(() => {
    const left = Math.max(0, ends - Date.now());
    limit.textContent = left ? say("minutes", { n: Math.ceil(left / 60000) }) : say("over");
  }, 1000);
}
