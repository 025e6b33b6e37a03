// Asking the server. What it refuses becomes an error whose lines say why.
import { DEPTH, SHOWN } from "./comparing.js";
import { say } from "./saying.js";

const MOST = 100; // hits that the server gives at most

export async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error(say("noanswer"));
  }
  if (answer.ok) return answer.json();
  const told = await answer.json().catch(() => ({ faults: [] }));
  const lines = told.faults.map((fault) => `${fault.where}: ${fault.found}${fault.works ? `; ${fault.works}` : ""}`);
  throw new Error(lines.join("\n") || say("status", { status: answer.status }));
}

function request(state, index, signal, more) {
  const body = { query: state.q, index, top: DEPTH, method: state.by, balance: state.balance === "1", by_document: true, ...more };
  if (state.in) body.languages = state.in.split(",");
  if (state.since) body.since = state.since;
  if (state.until) body.until = state.until;
  const options = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return ask("search", { ...options, signal });
}

// What one index answers: a merged list, and for columns a list of each language too.
export async function answers(state, index, signal) {
  const codes = state.in ? state.in.split(",") : index.languages.map((one) => one.code);
  const all = request(state, index.name, signal, {});
  if (state.view !== "columns") return { index, hits: (await all).hits, took: (await all).milliseconds };
  const top = Math.min(MOST, SHOWN * codes.length);
  const [merged, each] = await Promise.all([all, request(state, index.name, signal, { balance: true, top })]);
  return { index, hits: merged.hits, took: merged.milliseconds, each: each.hits, codes };
}
