// The languages of all indices: their names, and a colour for each.
import { language } from "./saying.js";

const COLOURS = 8;

export const tongues = new Map(); // code: language

// Take in what the server tells of its indices.
export function learn(indices) {
  for (const index of indices) for (const one of index.languages) if (!tongues.has(one.code)) tongues.set(one.code, one);
}

// As the server has it in English; in the reader's language where the browser knows it.
export function nameOf(code) {
  const name = tongues.get(code)?.name ?? code;
  if (language === "en" || code === "und") return name;
  return new Intl.DisplayNames(language, { type: "language", fallback: "none" }).of(code) ?? name;
}

export function coloured(made, code) {
  const place = [...tongues.keys()].indexOf(code);
  if (place >= 0) made.style.setProperty("--l", `var(--l${place % COLOURS})`);
  return made;
}
