// Elements out of text, and words of the query marked in it. Text becomes text nodes, never markup.
import { FUNCTION_WORDS } from "./function-words.js";

const WORD = /[\p{L}\p{M}\p{N}\u200c\u200d]+/gu;
const plain = (word) => word.normalize("NFKC").toLowerCase();

// The words of a query that are worth marking: all of them, where there is nothing but function words.
export function words(text) {
  const all = (text.match(WORD) || []).map(plain).filter((word) => [...word].length > 1);
  const telling = all.filter((word) => !FUNCTION_WORDS.has(word));
  return new Set(telling.length ? telling : all);
}

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child != null && child !== "" && child !== false));
  return made;
}

export function marked(text, wanted) {
  const parts = [];
  let done = 0;
  for (const found of text.matchAll(WORD)) {
    if (!wanted.has(plain(found[0]))) continue;
    parts.push(text.slice(done, found.index), element("mark", {}, found[0]));
    done = found.index + found[0].length;
  }
  parts.push(text.slice(done));
  return parts.filter((part) => part !== "");
}

// What an archive gives as an address is a link only where it is one of the web: `javascript:` is none.
export function webAddress(text) {
  try {
    const url = new URL(text);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}
