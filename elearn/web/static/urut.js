// An ordering as a list whose steps go up and down: by buttons, by dragging, by keyboard.
// The selects stay in the form, out of sight, and say what is sent.

import { say } from "./kata.js";

export function sortable(form) {
  const list = form.querySelector("[data-langkah]");
  const selects = [...form.querySelectorAll("[data-tempat] select")];
  const steps = () => [...list.children];
  form.querySelector("[data-tempat]").hidden = true;
  for (const shown of form.querySelectorAll("[data-geser], [data-cara]")) shown.hidden = false;

  function number() {
    steps().forEach((step, n) => {
      step.querySelector(".grip").textContent = n + 1;
    });
  }

  // Put the steps as the selects say; those without a place fill the gaps in the order they stand in.
  function arrange() {
    const chosen = selects.map((select) => select.value);
    const rest = steps().filter((step) => !chosen.includes(step.dataset.id));
    for (const id of chosen) list.append(steps().find((step) => step.dataset.id === id) ?? rest.shift());
    number();
  }

  function settle(step) {
    number();
    steps().forEach((one, n) => {
      selects[n].value = one.dataset.id;
    });
    const text = step.children[1].textContent.trim();
    const values = { step: text, n: steps().indexOf(step) + 1, total: selects.length };
    form.querySelector("[data-suara]").textContent = say("moved", values);
    form.dispatchEvent(new Event("input"));
  }

  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const step = button.closest("li");
    const other = button.value === "1" ? step.nextElementSibling : step.previousElementSibling;
    if (other) other[button.value === "1" ? "after" : "before"](step);
    settle(step);
    button.focus();
  });

  list.addEventListener("pointerdown", (event) => {
    const step = event.target.closest(".grip")?.parentElement;
    if (!step || event.button) return;
    event.preventDefault();
    list.setPointerCapture(event.pointerId);
    step.classList.add("drag");
    const before = steps().indexOf(step);
    const move = ({ clientY }) => {
      for (const other of steps()) {
        const box = other.getBoundingClientRect();
        if (other === step || clientY < box.top || clientY > box.bottom) continue;
        other[clientY > box.top + box.height / 2 ? "after" : "before"](step);
      }
    };
    const end = () => {
      list.removeEventListener("pointermove", move);
      step.classList.remove("drag");
      if (steps().indexOf(step) !== before) settle(step);
    };
    list.addEventListener("pointermove", move);
    list.addEventListener("lostpointercapture", end, { once: true });
  });

  form.addEventListener("diisi", arrange);
  arrange();
}
