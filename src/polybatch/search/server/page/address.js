// The state of the page as it lies in the address after `#`, which no server sees.

export const DEFAULTS = { q: "", in: "", view: "merged", a: "", b: "", by: "dense", balance: "", since: "", until: "" };

export function fromAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(Object.keys(DEFAULTS).map((key) => [key, given.get(key) ?? DEFAULTS[key]]));
}

export function toAddress(state) {
  const kept = Object.entries(state).filter(([key, value]) => value !== DEFAULTS[key]);
  return `#${new URLSearchParams(kept)}`;
}
