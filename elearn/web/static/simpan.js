// Small values in this browser's storage, which may be full or forbidden.

export function read(key, nothing) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? nothing;
  } catch {
    return nothing;
  }
}

// Say whether it was kept; an empty list or object is taken out.
export function keep(key, value) {
  try {
    if (Object.keys(value).length) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
    return true;
  } catch {
    return false;
  }
}
