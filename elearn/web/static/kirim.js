// Sending to the server with the page's token; a token that has gone is fetched again before another try.

const meta = () => document.querySelector('meta[name="csrf-token"]');

export class SignedOut extends Error {}

async function renewToken() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (answer.redirected && new URL(answer.url).pathname === "/masuk") throw new SignedOut();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.querySelector('meta[name="csrf-token"]');
  // On a shared phone somebody else may have signed in since.
  if (!found || found.dataset.akun !== meta().dataset.akun) throw new SignedOut();
  meta().content = found.content;
  for (const field of document.querySelectorAll('input[name="csrf_token"]')) field.value = found.content;
}

export async function send(method, address, body, { again = true } = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": meta().content };
  if (typeof body === "string") headers["Content-Type"] = "application/json";
  const answer = await fetch(address, { method, body, headers, keepalive: true });
  if ((answer.status === 401 || answer.status === 403) && again) {
    await renewToken();
    return send(method, address, body, { again: false });
  }
  if (answer.status === 401) throw new SignedOut();
  return answer;
}

export function clock(at = Date.now()) {
  const now = new Date(at);
  const two = (n) => String(n).padStart(2, "0");
  const mark = document.documentElement.lang === "id" ? "." : ":";
  return two(now.getHours()) + mark + two(now.getMinutes());
}

// Show a state in the page's status line; kind is "ok" or "warn".
export function tell(line, words, kind = "ok") {
  if (!line) return;
  line.hidden = false;
  line.classList.toggle("wait", kind !== "ok");
  line.querySelector("span").textContent = words;
}
