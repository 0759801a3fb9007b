// Answers are kept here while given, and sent when the network takes them.
import { say } from "./kata.js";
import { SignedOut, clock, send, tell } from "./kirim.js";

const root = document.querySelector("[data-percobaan]");
const find = (what) => root.querySelector(what);
const { akun, percobaan, alamat, semua } = root.dataset;
// What waits belongs to the account that made it, and to one attempt.
const prefix = `kelas:${akun}:${percobaan}:`;
const placeKey = `di:${prefix}`;
const placeIn = (address) => +/\?soal=(\d+)/.exec(address)?.[1];

let store = {};
let kept = true;
try {
  store = localStorage;
} catch {
  kept = false;
}
const keys = Object.keys(store).filter((key) => key.startsWith(prefix));
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

const forms = [];
let current, ready, start;
let moved = 0;

const place = (form) => +form.dataset.soal;
const formOf = (item) => forms.find((form) => form?.item.value === item);
const waits = (form) => waiting.filter(({ item }) => item === form.item.value);
const status = (form, words, kind) => tell(form.querySelector("[data-simpan]"), words, kind);
const waitsHere = (form, at) => status(form, say(kept ? "here" : "unsent", { hour: clock(at) }), "warn");

function answerOf(form) {
  const fields = [...new FormData(form)].filter(([name, value]) => /^answer/.test(name) && (value || name === "answer"));
  if (form.dataset.jenis === "match") return Object.fromEntries(fields.map(([name, id]) => [name.slice(7), id]));
  const given = fields.map(([, value]) => value);
  return /text|number|essay/.test(form.dataset.jenis) ? given[0] : given;
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

// What may have arrived stays before it.
function note(form) {
  const last = waits(form).pop();
  if (last && !last.tried) drop(last);
  const [item, base, at] = [form.item.value, +form.base.value, Date.now()];
  const event = crypto.randomUUID?.() ?? URL.createObjectURL(new Blob()).slice(-36);
  const entry = { event, item, base, answer: answerOf(form), at };
  waiting.push(entry);
  put(entry);
  show(form);
}

function show(form, failed) {
  const answer = answerOf(form);
  const given = (answer.trim ? [answer.trim()] : Object.values(answer)).filter(Boolean).length;
  const whole = given >= (form.querySelectorAll("select").length || 1);
  const open = failed || waits(form).length;
  const state = failed ? "failed" : open ? "waits" : whole ? "full" : given ? "half" : "none";
  const link = find(`[data-nomor="${place(form)}"]`);
  link.ariaLabel = say("label", { n: place(form), state: say(state) });
  link.firstElementChild.className = `dot ${whole ? "d" : given ? "half" : ""} ${open ? "wait" : ""}`;
  const count = form.querySelector("[data-hitung]");
  if (count) count.textContent = say("count", { n: answer.length, most: count.dataset.hitung });
}

function adopt(form) {
  forms[place(form)] = form;
  let timer;
  form.addEventListener("input", ({ target }) => {
    note(form);
    moved = 0;
    clearTimeout(timer);
    timer = setTimeout(deliver, target.matches("[type=text], textarea") ? 800 : 0);
  });
  form.addEventListener("submit", leave);
  if (form.dataset.jenis === "order") import("./urut.js").then(({ sortable }) => sortable(form));
  const last = waits(form).pop();
  if (!last) return;
  fill(form, last.answer);
  show(form);
  waitsHere(form, last.at);
}

const strip = find("[data-jaringan]");
const [words, signIn] = strip.querySelectorAll("span, a");
let running, again;
let pause = 1;

function notice(kind, text) {
  strip.hidden = !text;
  strip.className = `strip ${kind}`;
  words.textContent = text;
  signIn.hidden = true;
}

const deliver = () => (running ??= run().finally(() => (running = null)));

async function run() {
  clearTimeout(again);
  await ready;
  while (waiting.length) {
    const [entry] = waiting;
    const { event, item, base, answer } = entry;
    const form = formOf(item);
    entry.tried = true;
    put(entry);
    if (form) status(form, say("saving"), "warn");
    try {
      const reply = await send("PUT", `${alamat}/jawaban`, JSON.stringify({ event, item, base, answer }));
      if (/403|429|5../.test(reply.status)) throw reply;
      const said = await reply.json();
      drop(entry);
      if (reply.ok) saved(item, form, said);
      else if (form) {
        // Closed, or no answer to this question.
        show(form, true);
        status(form, said.message, "warn");
      }
    } catch (error) {
      return stop(error);
    }
  }
  pause = 1;
  if (navigator.onLine && !strip.hidden) notice("ok", strip.matches(".warn") ? say("back") : "");
  return true;
}

function saved(item, form, { number, stale, unclear }) {
  // Given in its knowledge.
  for (const later of waiting.filter((one) => one.item === item)) {
    later.base = number;
    put(later);
  }
  if (!form) return;
  form.base.value = number;
  show(form);
  if (waits(form).length) return;
  form.querySelector("[data-salah]")?.remove();
  form.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
  status(form, unclear ?? say("saved", { hour: clock() }), unclear && "warn");
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
  notice("warn", say(out ? "out" : "lost"));
  signIn.hidden = !out;
  pause = Math.min(60, pause * 2);
  if (!out && waiting.length) again = setTimeout(deliver, pause * 1000);
  return false;
}

function go(number, push = true) {
  const next = forms[number];
  if (!next || !current) return false;
  current.replaceWith(next);
  current = next;
  moved = Date.now();
  if (push) history.pushState(null, "", `${alamat}?soal=${number}`);
  find(".qnav [aria-current]").ariaCurrent = null;
  find(`[data-nomor="${number}"]`).ariaCurrent = "page";
  store[placeKey] = number;
  scrollTo(0, 0);
  next.querySelector(".prompt").focus({ preventScroll: true });
  return true;
}

// Without the network one stays.
async function visit(act) {
  if (await deliver()) navigator.onLine ? act() : stop();
}

function leave(event) {
  event.preventDefault();
  const form = event.target;
  const { name, dataset } = event.submitter ?? form;
  // The second half of a double press.
  if (Date.now() - moved < 500) return;
  if (/kosongkan|pakai/.test(name)) {
    fill(form, JSON.parse(dataset.jawaban ?? "[]"));
    form.querySelector("[data-beda]")?.remove();
    note(form);
  } else if (current && !go(place(form) + 1)) {
    visit(() => location.assign(form.dataset.lanjut));
  }
  deliver();
}

root.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link?.getAttribute("href").startsWith(`${alamat}?`) || event.ctrlKey) return;
  event.preventDefault();
  if (!go(placeIn(link.href))) visit(() => location.assign(link));
});
// A mere # stays where one is.
addEventListener("popstate", () => location.hash || go(placeIn(location.href) || start, false) || location.reload());

async function fetchOthers() {
  const before = +store[placeKey];
  const here = placeIn(location.href);
  if (here) store[placeKey] = here;
  const sheets = await (await fetch(`${alamat}?lembar=1`)).text();
  const found = new DOMParser().parseFromString(sheets, "text/html").querySelectorAll("form[data-soal]");
  for (const form of found) if (!forms[place(form)]) adopt(document.importNode(form, true));
  // Back to where one was.
  if (!here && before !== place(current) && !waits(current).length) go(before);
}

for (const form of root.querySelectorAll("form[data-soal]")) adopt(form);
if (forms.length && semua === undefined) {
  current = forms.at(-1);
  start = place(current);
  ready = fetchOthers().catch(() => {});
}

// What waits goes first; handing in itself never waits.
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
addEventListener("offline", stop);
addEventListener("pagehide", deliver);
addEventListener("beforeunload", (event) => kept || !waiting.length || event.preventDefault());
document.addEventListener("visibilitychange", () => document.hidden || deliver());
