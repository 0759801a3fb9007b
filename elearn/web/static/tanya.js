// An answer that came into view was seen; without this script its button says so.
import { send } from "./kirim.js";

const watch = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target: form } of entries) {
    if (!isIntersecting) continue;
    watch.unobserve(form);
    send("POST", form.action, new FormData(form)).then(
      (answer) => (form.hidden = answer.ok),
      () => watch.observe(form),
    );
  }
});

for (const form of document.querySelectorAll("[data-dibaca]")) watch.observe(form);
