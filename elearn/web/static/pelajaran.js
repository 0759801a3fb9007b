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
  letters.lastElementChild.textContent = say(`size${size}`);
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
const text = find("teks");
const speech = window.speechSynthesis;
let parts = [];
let place = -1;
let saying = null;

// Android calls Indonesian by its old name.
const chosen = () => speech.getVoices().find((one) => one.lang.toLowerCase().replace(/^in/, "id").startsWith(text.lang));

function wordsOf(block) {
  if (block.className.startsWith("scroll")) return block.getAttribute("aria-label");
  const own = [...block.childNodes].filter((node) => !node.matches?.("ul, ol, p, div, blockquote"));
  return own.map((node) => node.textContent).join("").trim();
}

// Say the paragraph at *to*, or stop there; -1 is before the first.
function go(on, to) {
  const block = on && parts[to];
  place = on && !block ? -1 : to;
  saying = block && new SpeechSynthesisUtterance(wordsOf(block));
  text.querySelector(".voice")?.classList.remove("voice");
  voice.lastElementChild.textContent = say(saying ? "pause" : place < 0 ? "listen" : "resume");
  stop.hidden = place < 0;
  if (!saying) return speech.cancel();
  block.classList.add("voice");
  block.scrollIntoView({ block: "nearest" });
  const said = saying;
  said.voice = chosen();
  said.lang = said.voice.lang;
  said.onend = said.onerror = ({ type }) => said === saying && go(type === "end", place + (type === "end"));
  speech.speak(said);
}

if (speech) {
  const offer = () => (voice.hidden = !chosen());
  speech.addEventListener?.("voiceschanged", offer);
  offer();
  voice.addEventListener("click", () => {
    if (saying) return go(false, place);
    parts = [...text.querySelectorAll("h2, h3, h4, p, li, dt, dd, summary, .scroll, .note > b")].filter(
      (block) => !block.matches(".scroll *, details:not([open]) :not(summary)") && wordsOf(block),
    );
    go(true, Math.max(place, 0));
  });
  stop.addEventListener("click", () => go(false, -1));
  addEventListener("pagehide", () => speech.cancel());
}
