// Steps that go up and down; the selects, out of sight, say what is sent.
import { say } from "./kata.js";

export function sortable(form) {
  const list = form.querySelector("[data-langkah]");
  const selects = form.querySelectorAll("[data-tempat] select");
  const steps = () => [...list.children];
  form.querySelector("[data-tempat]").hidden = true;
  for (const shown of form.querySelectorAll("[data-geser], [data-cara]")) shown.hidden = false;

  const number = () => steps().forEach((step, n) => (step.firstElementChild.textContent = n + 1));

  // As the selects say; steps without a place fill the gaps.
  function arrange() {
    const chosen = [...selects].map((select) => select.value);
    const rest = steps().filter((step) => !chosen.includes(step.dataset.id));
    for (const id of chosen) list.append(steps().find((step) => step.dataset.id === id) ?? rest.shift());
    number();
  }

  function settle(step) {
    number();
    steps().forEach((one, n) => (selects[n].value = one.dataset.id));
    const [text, n] = [step.children[1].textContent, steps().indexOf(step) + 1];
    form.querySelector("[data-suara]").textContent = say("moved", { step: text, n, total: selects.length });
    form.dispatchEvent(new Event("input"));
  }

  list.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    const step = button.closest("li");
    if (button.value > 0) step.nextElementSibling?.after(step);
    else step.previousElementSibling?.before(step);
    settle(step);
    button.focus();
  });

  list.addEventListener("pointerdown", (event) => {
    const step = event.target.closest(".grip")?.parentElement;
    if (!step || event.button) return;
    event.preventDefault();
    list.setPointerCapture(event.pointerId);
    step.classList.add("drag");
    list.onpointermove = ({ clientY }) => {
      for (const other of steps()) {
        const { top, bottom } = other.getBoundingClientRect();
        if (other === step || clientY < top || clientY > bottom) continue;
        other[clientY > (top + bottom) / 2 ? "after" : "before"](step);
      }
    };
    list.onlostpointercapture = () => {
      list.onpointermove = null;
      step.classList.remove("drag");
      settle(step);
    };
  });

  form.addEventListener("diisi", arrange);
  arrange();
}
