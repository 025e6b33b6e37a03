// The languages of all indices: their names, and a colour for each.
const COLOURS = 8;

export const tongues = new Map(); // code: language

// Take in what the server tells of its indices.
export function learn(indices) {
  for (const index of indices) for (const one of index.languages) if (!tongues.has(one.code)) tongues.set(one.code, one);
}

export const nameOf = (code) => tongues.get(code)?.name ?? code;

export function coloured(made, code) {
  const place = [...tongues.keys()].indexOf(code);
  if (place >= 0) made.style.setProperty("--l", `var(--l${place % COLOURS})`);
  return made;
}
