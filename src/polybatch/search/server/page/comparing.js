// What differs between two rankings, and which languages the top of one shows. Numbers and words, no elements.

import { say } from "./saying.js";

export const SHOWN = 10; // hits that people look at
export const DEPTH = 30; // hits that are asked for

// By which a hit is known again in another list: models differ in which passage of a document is the best.
export const keyOf = (hit) => `${hit.language} ${hit.document}`;

export const places = (hits) => new Map(hits.map((hit) => [keyOf(hit), hit.rank]));

// Where a passage of one list stands in the other: { kind, says }.
export function difference(hit, elsewhere, name) {
  const other = elsewhere.get(keyOf(hit));
  if (other === undefined) return { kind: "only", says: say("only", { depth: DEPTH, name }) };
  const moved = other - hit.rank;
  if (!moved) return { kind: "same", says: say("same", { name }) };
  const kind = moved > 0 ? "higher" : "lower";
  return { kind, says: say(kind, { count: Math.abs(moved), name, place: other }) };
}

// Languages of the first hits, in the order of the archive: [{ code, count }].
export function mix(hits, codes) {
  const counts = new Map();
  for (const hit of hits.slice(0, SHOWN)) counts.set(hit.language, (counts.get(hit.language) || 0) + 1);
  const order = [...codes, ...[...counts.keys()].filter((code) => !codes.includes(code))];
  return order.filter((code) => counts.has(code)).map((code) => ({ code, count: counts.get(code) }));
}

export function shared(one, other) {
  const ids = new Set(other.slice(0, SHOWN).map(keyOf));
  return one.slice(0, SHOWN).filter((hit) => ids.has(keyOf(hit))).length;
}
