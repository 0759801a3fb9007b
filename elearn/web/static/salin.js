// Buttons for what only a script can do: copy an address or a text, print.
for (const button of document.querySelectorAll("[data-salin], [data-cetak]")) {
  const { salin } = button.dataset;
  if (salin && !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (!salin) return print();
    await navigator.clipboard.writeText(salin.startsWith("/") ? location.origin + salin : salin);
    const words = button.querySelector("span");
    words.textContent = words.dataset.selesai;
  });
}
