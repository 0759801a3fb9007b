// What a page's scripts say: the server wrote it in the page's language (macro `words` in blocks.html).
const words = JSON.parse(document.getElementById("kata")?.dataset.teks || "{}");

// say("saved", { hour: "10.42" }) puts the values in their places.
export const say = (name, values = {}) => (words[name] ?? name).replace(/%\((\w+)\)s/g, (_, key) => values[key] ?? "");
