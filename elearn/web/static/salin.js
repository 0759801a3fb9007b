// "Salin tautan": shown where the browser can copy; the button says when it has (macro `share` in blocks.html).

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-salin]")) {
    const words = button.querySelector("span");
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(new URL(button.dataset.salin, location.href).href);
      words.textContent = words.dataset.selesai;
    });
  }
}
