// The readiness page: what is counted follows the ticks.

import { say } from "./kata.js";

function count() {
  for (const one of document.querySelectorAll("[data-jumlah]")) {
    const total = Number(one.dataset.jumlah);
    const left = one.closest("[data-lingkup]").querySelectorAll(".checks input:not(:checked)").length;
    if ("value" in one) one.value = total - left;
    else one.textContent = say("ready", { n: total - left, total });
  }
}

document.addEventListener("daftar", count);
document.addEventListener("change", count);
count();
