// What a lesson offers beyond reading: words explained in place, larger letters, and a voice.

import { say } from "./kata.js";
import { send } from "./kirim.js";
import { keep, read } from "./simpan.js";

const lesson = document.querySelector("article.prose");
const find = (name) => lesson.querySelector(`[data-${name}]`);

// That the module was opened; nothing depends on it.
const opened = find("dibuka");
if (opened) send("POST", opened.dataset.dibuka, new FormData(), { again: false }).catch(() => {});

// A word is explained right under it; without script its link leads to the list at the end.
const meaning = find("arti");
if (meaning) {
  const close = () => (meaning.hidden = true);
  lesson.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    const word = event.target.closest("abbr") ?? (link?.className === "term" && link.firstChild);
    if (!word || event.target.closest("label, summary") || (link && link.className !== "term")) return;
    event.preventDefault();
    meaning.hidden = false;
    meaning.style.top = `${word.getBoundingClientRect().bottom - lesson.getBoundingClientRect().top + 6}px`;
    meaning.querySelector("span").textContent = `${word.textContent}: ${word.title}`;
    meaning.scrollIntoView({ block: "nearest" });
  });
  meaning.querySelector("button").addEventListener("click", close);
  addEventListener("keydown", (event) => event.key === "Escape" && close());
}

// Three sizes of letters.
const letters = find("huruf");
let [size] = read("kelas:huruf", [0]);
function fit() {
  lesson.dataset.ukuran = size;
  letters.querySelector("span").textContent = say(`size${size}`);
}
letters.addEventListener("click", () => {
  size = (size + 1) % 3;
  keep("kelas:huruf", [size]);
  fit();
});
letters.hidden = false;
fit();

// The browser's own voice, where it has one for the language of the text. A pause forgets the place in the
// paragraph, because many phones cannot go on in the middle.
const voice = find("dengar");
const stop = find("henti");
const speech = window.speechSynthesis;
const text = find("teks");
const blocks = "h2, h3, h4, p, li, dt, dd, summary, .scroll, .note > b";
let parts = [];
let place = -1;
let playing = false;

const chosen = () => speech.getVoices().find((one) => one.lang.toLowerCase().replace(/^in/, "id").startsWith(text.lang));

function wordsOf(block) {
  if (block.className.startsWith("scroll")) return block.getAttribute("aria-label");
  const own = [...block.childNodes].filter((node) => !node.matches?.("ul, ol, p, div, blockquote, small"));
  return own.map((node) => node.textContent).join("").trim();
}

function show() {
  voice.querySelector("span").textContent = say(playing ? "pause" : place < 0 ? "listen" : "resume");
  stop.hidden = place < 0;
}

function speak() {
  text.querySelector(".voice")?.classList.remove("voice");
  const block = playing && parts[place];
  if (!block) {
    if (playing) place = -1;
    playing = false;
    show();
    return;
  }
  block.classList.add("voice");
  block.scrollIntoView({ block: "nearest" });
  const said = new SpeechSynthesisUtterance(wordsOf(block));
  said.voice = chosen();
  said.lang = said.voice.lang;
  said.onend = () => {
    if (!playing || parts[place] !== block) return;
    place += 1;
    speak();
  };
  said.onerror = () => playing && halt(place);
  speech.speak(said);
  show();
}

function halt(to) {
  playing = false;
  place = to;
  speech.cancel();
  speak();
}

if (speech) {
  const offer = () => (voice.hidden = !chosen());
  speech.addEventListener?.("voiceschanged", offer);
  offer();
  voice.addEventListener("click", () => {
    if (playing) return halt(place);
    parts = [...text.querySelectorAll(blocks)].filter(
      (block) => !block.matches(".scroll *, details:not([open]) :not(summary)") && wordsOf(block),
    );
    place = Math.max(place, 0);
    playing = true;
    speak();
  });
  stop.addEventListener("click", () => halt(-1));
  addEventListener("pagehide", () => speech.cancel());
}
